"""No log line says who or where, whoever wrote it and however deep it sat."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from django import db
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.base.core import ids, logs
from recourse.base.core.errors import OutsideError
from recourse.base.core.personal import PERSONAL_NAMES, is_personal, personal
from recourse.base.core.redaction import described, redacted, redacted_text
from recourse.base.jobs.domain import code_of

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Logging as `configure` sets it up, and what came out of it."""
    out = io.StringIO()

    def told() -> list[dict[str, Any]]:
        out.write(capsys.readouterr().err)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    configuration = structlog.get_config()
    logs.configure()
    yield told
    structlog.configure(**configuration)
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before[0], before[1]
    root.setLevel(before[1])
    sys.excepthook, threading.excepthook, sys.unraisablehook = before[2:]


def a_code(raw: bytes) -> str:
    text = ids.to_base32(raw)
    return "-".join(text[place : place + 4] for place in range(0, 24, 4))


SECRETS = {
    "url": st.sampled_from(
        ["https://t.me/harbour/12", "HTTP://Site.example/a?b=c", "tg://resolve?domain=harbour", "t.me/harbour/12",
         "www.site.example/boats", "ftp://site.example/x", "site.example:8080/boats", "mailto:a@site.example"]
    ),
    "mail": st.sampled_from(["a.b+c@site.example", "박@예시.example", '"x y"@site.example', "a@b"]),
    "ip4": st.ip_addresses(v=4).map(str),
    "ip6": st.ip_addresses(v=6).map(str).filter(lambda text: text.count(":") > 1),
    "code": st.binary(min_size=15, max_size=15).map(a_code),
}  # fmt: skip
# Around a secret in a sentence stand spaces and signs; what stands for a letter could make another word of it.
AROUND = st.text(alphabet=" \t\n,;()[]<>\"'!|=…가", max_size=8)


@pytest.mark.parametrize("kind", SECRETS)
@settings(max_examples=60)
@given(st.data(), AROUND, AROUND)
def test_no_secret_in_a_text_survives(kind: str, data: st.DataObject, before: str, after: str) -> None:
    secret = data.draw(SECRETS[kind])
    for text in (before + secret + after, f"{before} {secret} {after}", secret):
        assert secret not in redacted_text(text)


@given(
    st.binary(min_size=15, max_size=15), st.sampled_from(["-", " ", "", "_", "\u2013", "."]), st.booleans()
)
def test_a_case_code_is_known_however_it_is_typed(raw: bytes, between: str, lower: bool) -> None:
    code = a_code(raw).replace("-", between)
    code = code.lower() if lower else code
    for text in (f"this code {code}, she said", f"her code is <{code}>", code):
        shown = redacted_text(text)
        assert "[code]" in shown
        assert not any(group in shown for group in (code[:4], code[-4:]))


@given(st.binary(min_size=15, max_size=15), st.integers(min_value=3, max_value=5))
def test_half_a_case_code_is_not_written_either(raw: bytes, groups: int) -> None:
    assert redacted_text("-".join(a_code(raw).split("-")[:groups])) == "[code]"


@given(st.uuids(version=4))
def test_ids_survive(one: UUID) -> None:
    assert redacted_text(f"job {one} done") == f"job {one} done"
    assert redacted(one) == str(one)
    assert redacted_text(one.hex * 2) == one.hex * 2


@pytest.mark.parametrize(
    "text",
    [
        "job_done",
        "12:30:45",
        "2026-11-23T16:59:00.123456+00:00",
        "too_slow",
        "attempt 3 of 8",
        "1.5 s",
        "C-7KM4Q",
    ],
)
def test_ordinary_words_survive(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize(
    "error", [db.OperationalError, db.InterfaceError, db.IntegrityError, TimeoutError, ConnectionResetError]
)
def test_the_code_of_a_failure_survives(error: type[Exception]) -> None:
    """ "internal.OperationalError" has as many letters as a case code, and is what a worker says at night."""
    code = code_of(error("a harbour at dusk"))
    assert redacted({"code": code}) == {"code": code}
    assert code.endswith(error.__name__)


def test_long_text_gives_way_to_its_length() -> None:
    assert redacted_text("boats " * 50) == "[text of 300 characters]"
    assert redacted_text("!" * 200) == "!" * 200


class Kind(Enum):
    LINK = "https://t.me/harbour"


@dataclass
class Told:
    story: str


@pytest.mark.parametrize(
    "value",
    [
        {"a": [{"b": ({"c": "see https://t.me/secret"},)}]}, {"words": "secret"}, {"a": {"Safe-Contact": "secret"}},
        Told("secret"), b"secret", {b"secret": 1}, ValueError("secret"), {"a": [KeyError("secret")]},
        {"https://t.me/secret": 1}, {"a@secret.example": {"b": 1}}, [[[[[[[["secret"]]]]]]]], memoryview(b"secret"),
        {"x": iter(["secret"])}, frozenset({"https://secret.example/"}), "%68ttps%3A%2F%2Fsecret.example", Told,
    ],
)  # fmt: skip
def test_nothing_hides_in_a_structure(value: object) -> None:
    assert "secret" not in json.dumps(redacted(value))


def test_an_enum_is_its_value_and_no_way_around() -> None:
    assert redacted(Kind.LINK) == "[url]"


JSONISH = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=5)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSONISH)
def test_anything_becomes_a_line_of_json(value: object) -> None:
    line = logs.render(None, "", logs.redact(None, "", {"event": "x", "value": value}))
    assert "\n" not in line
    assert json.loads(line)["event"] == "x"


def test_a_package_names_its_own_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_personal("harbour_name")
    personal("Harbour-Name")
    try:
        assert redacted({"harbour_name": "x", "a": {"HARBOUR_NAME": "y"}}) == {
            "harbour_name": "[personal]",
            "a": {"HARBOUR_NAME": "[personal]"},
        }
    finally:
        PERSONAL_NAMES.discard("harbour_name")


def raise_with_cause() -> None:
    try:
        {}["https://t.me/secret"]
    except KeyError as error:
        raise ValueError("told secret by a survivor") from error


def test_an_error_is_its_class_and_place_never_its_text(lines: Lines) -> None:
    try:
        raise_with_cause()
    except ValueError:
        structlog.get_logger("x").exception("handler_failed", job_id=uuid4())
    (line,) = lines()
    assert "secret" not in json.dumps(line)
    assert line["event"] == "handler_failed"
    assert line["error"]["type"] == "ValueError"
    assert line["error"]["after"]["type"] == "KeyError"
    assert any("raise_with_cause" in place for place in line["error"]["at"])


def test_of_our_own_errors_code_and_redacted_detail_remain() -> None:
    about = described(OutsideError("place 12 at https://t.me/secret", code="no_answer"))
    assert about == {"type": "OutsideError", "code": "no_answer", "detail": "place 12 at [url]"}


def test_events_are_one_json_object_a_line_with_level_and_utc(lines: Lines) -> None:
    structlog.get_logger("x").warning(
        "probe_failed", place_id=uuid4(), url="https://secret.example", at=datetime.now(UTC)
    )
    (line,) = lines()
    assert (line["event"], line["level"], line["url"]) == ("probe_failed", "warning", "[personal]")
    assert line["timestamp"].endswith("Z")


def test_foreign_records_pass_the_same_redactor(lines: Lines) -> None:
    foreign = logging.getLogger("some.library")
    foreign.warning("Not Found: %s", "/case/secret", extra={"status_code": 404, "request": "secret"})
    foreign.warning("mail from a@secret.example")
    foreign.warning("%(who)s did %(what)s", {"who": "secret", "what": "secret"})
    foreign.error("count %d in %s for %s", 3, "jobs.Job", "a secret phrase")
    foreign.error({"a": "secret"})
    foreign.info("secret " * 60)
    foreign.error("it failed", exc_info=ValueError("secret"))
    told = lines()
    assert len(told) == 7
    assert "secret" not in json.dumps(told)
    assert told[0]["status_code"] == 404
    assert told[3]["event"] == "count 3 in [withheld] for [withheld]"
    assert told[6]["error"]["type"] == "ValueError"


@pytest.mark.parametrize(
    ("template", "arguments"),
    [
        ("too few %s %s", ("secret phrase",)),
        ("no such %y", ("secret",)),
        ("%d", ("secret",)),
        ("%", ("secret",)),
    ],
)
def test_a_record_that_cannot_be_formatted_is_told_without_its_arguments(
    template: str, arguments: tuple[str]
) -> None:
    record = logging.LogRecord("some.library", logging.ERROR, "x.py", 1, template, arguments, None)
    assert "secret" not in json.dumps(json.loads(logs.RedactingFormatter().format(record)))


def test_django_s_loggers_end_in_the_redactor_with_our_settings(lines: Lines) -> None:
    logging.config.dictConfig(logs.django_logging())
    try:
        raise_with_cause()
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/report/secret")
    (line,) = lines()
    assert line["error"]["type"] == "ValueError"
    assert "secret" not in json.dumps(line)


def test_uncaught_errors_pass_the_redactor(lines: Lines) -> None:
    try:
        raise_with_cause()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=raise_with_cause)
    thread.start()
    thread.join()
    assert [line["event"] for line in lines()] == ["uncaught_error", "uncaught_error_in_thread"]
    assert "secret" not in json.dumps(lines())


def test_warnings_pass_the_redactor(lines: Lines) -> None:
    import warnings  # noqa: PLC0415 - only here

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("see https://secret.example/", stacklevel=1)
    assert "secret" not in json.dumps(lines())
    assert len(lines()) == 1


def test_what_cannot_be_redacted_is_not_written(lines: Lines) -> None:
    class Broken(dict[str, str]):
        def items(self) -> Any:
            raise RuntimeError("secret")

    structlog.get_logger("x").info("fine", value=Broken(a="secret"))
    assert [line["event"] for line in lines()] == ["log_not_redacted"]
    assert "secret" not in json.dumps(lines())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30)
@given(st.text(max_size=30))
def test_no_text_breaks_the_line_format(lines: Lines, text: str) -> None:
    structlog.get_logger("x").info("event", note=text)
    assert lines()[-1]["event"] == "event"


def test_the_names_of_our_own_lines_are_taken_for_nobody_s_code() -> None:
    source = Path(logs.__file__).parents[2]
    spoken = re.compile(r'\b_?log\.(?:debug|info|warning|error|exception)\(\s*"([^"]+)"')
    names = {name for path in source.rglob("*.py") for name in spoken.findall(path.read_text("utf-8"))}
    assert len(names) > 50, "the lines are written in another way now"
    assert [name for name in names if redacted_text(name) != name] == []
