"""Machine code is made once, used by every later process without numba, and never when it could be stale or broken."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import NumbaError

from recourse.fingerprints import kernels
from recourse.fingerprints.kernels import Kernel

SAMPLES = "tests.fingerprints.sample_kernels"
PARAMETERS = "i64[:,:] i64[:] i64"
TABLE = np.arange(12).reshape(4, 3)
RESULT = ["1012", "10", "100", "298", "604"]
CALL = f"""
import sys
import numpy as np
from recourse.fingerprints.kernels import Kernel, folder
kernel = Kernel("{SAMPLES}", "sums_of_squares", "{PARAMETERS}")
sums = np.zeros(4, np.int64)
print(kernel(np.arange(12).reshape(4, 3), sums, 2), *sums, "numba" in sys.modules, folder())
"""


def sample() -> Kernel:
    kernel = Kernel(SAMPLES, "sums_of_squares", PARAMETERS)
    Kernel.declared.remove(kernel)
    return kernel


def called(**variables: str) -> list[str]:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [sys.executable, "-c", CALL], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_kernel_counts_as_its_python_source_says() -> None:
    sums = np.zeros(4, np.int64)
    assert sample()(TABLE, sums, 2) == 2 * (TABLE**2).sum()
    assert (sums == 2 * (TABLE**2).sum(1)).all()


def test_a_frame_is_used_again_with_other_arguments() -> None:
    kernel, sums = sample(), np.zeros(4, np.int64)
    frame = kernel.frame(TABLE, sums, 1)
    assert kernel.run(frame) == 506
    frame[2] = 3
    frame[0] = TABLE[:2]
    assert kernel.run(frame) == 3 * 55


@pytest.mark.parametrize(
    "table",
    [TABLE.astype(np.int32), TABLE.T, TABLE[:, :2], TABLE.ravel(), TABLE.tolist(), None],
    ids=["type", "transposed", "part", "dimensions", "list", "nothing"],
)
def test_an_array_that_machine_code_would_misread_is_refused(table: object) -> None:
    with pytest.raises(TypeError, match="argument 0 must be"):
        sample()(table, np.zeros(4, np.int64), 1)  # type: ignore[arg-type]


def test_a_missing_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="takes 3 arguments, not 2"):
        sample()(TABLE, 1)


def test_a_kernel_that_allocates_is_refused_when_it_is_compiled() -> None:
    kernel = Kernel(SAMPLES, "allocates", "i64")
    Kernel.declared.remove(kernel)
    with pytest.raises(NumbaError, match="np_empty"):
        kernel.compile()


def test_a_second_process_does_not_import_numba(tmp_path: Path) -> None:
    assert called(NUMBA_CACHE_DIR=str(tmp_path))[:6] == [*RESULT, "True"]
    assert called(NUMBA_CACHE_DIR=str(tmp_path))[:6] == [*RESULT, "False"]


def test_broken_code_is_compiled_again_and_mended(tmp_path: Path) -> None:
    kept = Path(called(NUMBA_CACHE_DIR=str(tmp_path))[6])
    (code,) = kept.glob("*.o")
    whole = code.read_bytes()
    for broken in (b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        code.write_bytes(broken)
        assert called(NUMBA_CACHE_DIR=str(tmp_path))[:6] == [*RESULT, "True"]
    assert called(NUMBA_CACHE_DIR=str(tmp_path))[:6] == [*RESULT, "False"]


def test_another_processor_has_its_own_code(tmp_path: Path) -> None:
    here = called(NUMBA_CACHE_DIR=str(tmp_path))
    there = called(NUMBA_CACHE_DIR=str(tmp_path), NUMBA_CPU_NAME="nehalem", NUMBA_CPU_FEATURES="")
    assert here[:5] == there[:5] == RESULT
    assert here[6] != there[6]


def test_a_place_that_is_ready_is_used_though_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "_writable", lambda _path: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    search = kernels.folder.__wrapped__
    places = [place / kernels._name() for place in kernels._places()]
    assert places[0].parent == tmp_path
    for place in places:
        if (place / kernels.READY).exists():
            break
    else:
        assert search() is None
    places[0].mkdir()
    (places[0] / kernels.READY).touch()
    assert search() == places[0]


def test_without_any_place_each_process_compiles_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "folder", lambda: None)
    assert sample()(TABLE, np.zeros(4, np.int64), 2) == 1012


def test_a_changed_source_changes_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.setattr(kernels, "PACKAGE", tmp_path)
    before = kernels._name()
    (tmp_path / "a.py").write_text("x = 2\n")
    assert kernels._name() != before
