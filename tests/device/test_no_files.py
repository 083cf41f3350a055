"""No route takes a file, no page offers to send one, and the code that hashes has no way to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver

from recourse.people.accounts.domain import Role
from tests import cast
from tests.e2e.gallery import SURFACES

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recourse"
SCRIPTS = SOURCE / "surfaces" / "survivor" / "static" / "survivor" / "device"
LONGEST = 300  # lines
MARK = b"a harbour at dusk"
PICTURE = b"\xff\xd8\xff\xe0" + MARK * 300
GIVEN = {"str": "a", "slug": "a", "int": "1", "uuid": str(uuid4()), "path": "a"}
EDGE = "edge7"


def routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every route as an address, with something in the place of what varies."""
    for pattern in patterns:
        route = re.sub(
            r"<(?:(\w+):)?\w+>", lambda found: GIVEN.get(found[1] or "str", "a"), str(pattern.pattern)
        )
        route = re.sub(r"[\^$\\]|\(\?P<\w+>[^)]*\)", "", route)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + route)
        else:
            yield (before + route).replace("//", "/")


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("host", SURFACES)
def test_no_route_takes_a_file(host: str) -> None:
    browser = (
        cast.signed_in(cast.staff(Role.SUPERVISOR)) if host == cast.DESK else Client(headers={"host": host})
    )
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="fingerprint"; filename="dusk.jpg"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + PICTURE + f"\r\n--{EDGE}--\r\n".encode()
    paths = list(routes(import_module(SURFACES[host]).urlpatterns))
    for path in paths:
        for content, kind in ((body, f"multipart/form-data; boundary={EDGE}"), (PICTURE, "image/jpeg")):
            answer = browser.post(path, content, content_type=kind)
            shown = b"".join(answer) if getattr(answer, "streaming", False) else answer.content  # type: ignore[call-overload,attr-defined]
            assert MARK not in shown, path
            assert answer.status_code < 500, path
    assert len(paths) > 5
    assert MARK not in everything_stored()


def everything_stored() -> bytes:
    """Every column of every row."""
    held = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            held += [value for row in cursor.fetchall() for value in row]
    assert len(held) > 20
    return b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in held
    )


def test_no_view_looks_for_a_file_and_no_handler_would_keep_one() -> None:
    looked = [
        path
        for path in SOURCE.rglob("*.py")
        if re.search(r"\.FILES\b|FileField|ImageField", path.read_text("utf-8"))
    ]
    assert looked == []
    assert settings.FILE_UPLOAD_HANDLERS == []
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == 0


def test_no_page_offers_to_send_a_file() -> None:
    fields = 0
    for page in SOURCE.glob("**/*.html"):
        text = page.read_text("utf-8")
        assert "enctype" not in text, page
        assert "multipart" not in text, page
        for field in re.findall(r"<input\b[^>]*type=.?file[^>]*>", text):
            fields += 1
            assert " name=" not in field, f"{page}: a form of ours cannot carry a file"
            assert " form=" not in field, page
    assert fields == 1


ASKING = re.compile(
    r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|WebTransport|RTCPeerConnection|FormData|FileReader|"
    r"localStorage|sessionStorage|indexedDB|caches|cookie|serviceWorker|BroadcastChannel|SharedWorker|showSaveFilePicker|"
    r"importScripts|eval|Function|WebAssembly|innerHTML|\.name|lastModified|webkitRelativePath)\b"
)


def code_of(path: Path) -> str:
    """A script without its comments."""
    return re.sub(r"^\s*(//|/\*\*?|\*).*$|\s//\s.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)


def test_the_scripts_have_no_word_for_sending_storing_or_naming() -> None:
    scripts = sorted(SCRIPTS.glob("*.js"))
    assert len(scripts) > 15
    found = {path.name: ASKING.findall(code_of(path)) for path in scripts}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_scripts_are_small_and_say_what_they_do_and_refuse() -> None:
    for path in SCRIPTS.glob("*.js"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= LONGEST, path.name
        head = text[: text.index("\n\n")] if "\n\n" in text else text
        comment = " ".join(line.removeprefix("// ") for line in head.splitlines() if line.startswith("//"))
        assert len(comment) > 40, path.name
        assert "Refuses:" in comment or path.name == "refusal.js", path.name
        assert all(
            re.search(r'from "\./[a-z0-9]+\.js";$', line)
            for line in text.splitlines()
            if line.startswith("import ")
        )
