"""`recourse scan s3://...` against an object store on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recourse.operations.scanning import store
from recourse.operations.scanning.errors import BadSourceError, MissingExtraError
from tests.fingerprints.oracles import oracle
from tests.fingerprints.scenes import landscape, packed
from tests.servers import free_port

pytestmark = pytest.mark.interop
RECOURSE = Path(sys.executable).with_name("recourse")
SCENE = packed(landscape(160, 120, 3), "PNG")


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """A store with a bucket; how programs find it."""
    oracle("moto")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = {
        **os.environ,
        "AWS_ENDPOINT_URL_S3": address,
        "AWS_ACCESS_KEY_ID": "of-a-test",
        "AWS_SECRET_ACCESS_KEY": "of-a-test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            filled = [sys.executable, "-W", "ignore", "-m", __name__]
            for _ in range(100):
                if subprocess.run(filled, env=told, check=False, capture_output=True).returncode == 0:
                    break
                assert server.poll() is None
                time.sleep(0.2)
            else:
                pytest.fail("the store does not start")
            yield told
        finally:
            server.kill()


def fill() -> None:
    """Put objects into the store; run as a program."""
    import boto3  # noqa: PLC0415 - only there
    from botocore.config import Config  # noqa: PLC0415 - same

    client: Any = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    client.create_bucket(Bucket="pictures")
    for number in range(3):
        client.put_object(Bucket="pictures", Key=f"in/{number}.png", Body=SCENE)
    client.put_object(Bucket="pictures", Key="in/folder/", Body=b"")
    client.put_object(Bucket="pictures", Key="in/folder/사진 +?&.png", Body=SCENE)
    client.put_object(Bucket="pictures", Key="in/words.txt", Body=b"no picture")
    client.put_object(Bucket="pictures", Key="elsewhere.png", Body=SCENE)


def scanned(
    environment: dict[str, str], folder: Path, source: str, data: bytes = b""
) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [RECOURSE, "scan", source, "--out", folder / "out.jsonl"],
        input=data,
        env=environment,
        capture_output=True,
        check=False,
    )
    found = [json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()[1:]]
    return (
        done.returncode,
        {one["path"]: one.get("error", one.get("kind")) for one in found},
        done.stderr.decode(),
    )


def test_each_object_below_a_beginning_is_hashed_once(environment: dict[str, str], tmp_path: Path) -> None:
    expected = {f"s3://pictures/in/{n}.png": "picture" for n in range(3)}
    expected |= {
        "s3://pictures/in/folder/사진 +?&.png": "picture",
        "s3://pictures/in/words.txt": "unknown_format",
    }
    status, found, said = scanned(environment, tmp_path, "s3://pictures/in/")
    assert (status, found) == (0, expected), said
    status, found, said = scanned(environment, tmp_path, "s3://pictures/in/")
    assert found == expected
    assert said == "recourse: 5 files (5 of them before): 4 hashed, 1 not; 0 match\n"


def test_a_list_may_name_objects_beside_files(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "here.png").write_bytes(SCENE)
    names = [
        "s3://pictures/elsewhere.png",
        "s3://pictures/nowhere",
        "s3://none/x",
        str(tmp_path / "here.png"),
    ]
    _, found, said = scanned(environment, tmp_path, "-", "\n".join(names).encode())
    assert found == dict(zip(names, ["picture", "store", "store", "picture"], strict=True)), said


def test_a_store_that_refuses_ends_the_scan_in_one_sentence(
    environment: dict[str, str], tmp_path: Path
) -> None:
    status, found, said = scanned(environment, tmp_path, "s3://none/")
    assert (status, found) == (69, {})
    assert said == "recourse: The store does not list none: NoSuchBucket [store]\n"


def test_an_address_without_a_bucket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_connected", lambda: (None, (LookupError,)))
    with pytest.raises(BadSourceError):
        next(store.Store().names("s3:///x"))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    store._connected.cache_clear()
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtraError, match=r"recourse\[s3\]"):
        store.Store()


if __name__ == "__main__":
    fill()
