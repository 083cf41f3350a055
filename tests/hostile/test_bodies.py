"""Files, parts and wrong kinds of body: refused with a code, nothing stored, nothing broken."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from django.db import connection

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.hotline.models import Draft, Report
from tests import cast
from tests.hostile.asking import code_of, complaints
from tests.hostile.corpus import MARK
from tests.surfaces.visits import Page, Visitor
from tests.work.cases.making import open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.usefixtures("quiet")]

EDGE = "edge7"
SURVIVORS = ["/report/words", "/report/what_happened", "/report/safe_contact", "/report/send", "/report/drop",
             "/case", "/case/leave", "/code/kept", "/code/file"]  # fmt: skip


def part(name: str, content: bytes, *, file: str = "", kind: str = "") -> bytes:
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{file}"' if file else ""
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


def multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


def sent(who: Visitor, path: str, body: bytes, kind: str, token: str = "") -> Page:
    headers = {"x-csrftoken": token} if token else {}
    response = who.client.generic("POST", path, body, content_type=kind, headers=headers)
    return Page(path, response.status_code, response.content.decode(), dict(response.headers.items()))


def token(who: Visitor) -> str:
    return who.get("/report/words").form()["csrfmiddlewaretoken"][0]


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        counted = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            counted[table] = cursor.fetchone()[0]
    assert len(counted) > 20
    return counted


def files() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("*.upload*"))


PICTURE = b"\xff\xd8\xff\xe0JFIF" + MARK.encode() + b"\x00" * 4000
FILES = {
    "a picture": part("words", PICTURE, file="dusk.jpg", kind="image/jpeg"),
    "under the name of no field": part("picture", PICTURE, file="dusk.jpg", kind="image/jpeg"),
    "an empty one": part("words", b"", file="dusk.jpg", kind="image/jpeg"),
    "a name that climbs": part("words", PICTURE, file="../../etc/dusk\x00.jpg", kind="image/jpeg"),
    "a name of two lines": part("words", PICTURE, file="dusk.jpg\r\nX-Dusk: 1", kind="image/jpeg"),
    "a name in another charset": part(
        "words", PICTURE, file="x\"; filename*=utf-7''%ff%fe", kind="text/plain"
    ),
    "no kind at all": part("words", PICTURE, file=MARK),
    "of 500 kB": part("words", PICTURE * 125, file="dusk.jpg", kind="image/jpeg"),
    "of 5 MB": part("words", b"\x00" * 5_000_000, file="dusk.mp4", kind="video/mp4"),
    "twenty of them": b"".join(
        part(f"words{n}", PICTURE, file=f"{n}.jpg", kind="image/jpeg") for n in range(20)
    ),
}


@pytest.mark.parametrize("path", SURVIVORS)
@pytest.mark.parametrize("what", FILES)
def test_a_file_is_refused_by_code_and_kept_nowhere(her: Visitor, path: str, what: str) -> None:
    fields = part("csrfmiddlewaretoken", token(her).encode()) + part("words", b"a harbour at dusk")
    before, there = rows(), files()
    page = sent(her, path, multipart(fields, FILES[what]), f"multipart/form-data; boundary={EDGE}")
    assert page.status in {400, 403, 413}, page.status
    assert code_of(page) in {"files_refused", "too_long", "bad_input", "form_expired"}, code_of(page)
    if what in {"a picture", "of 500 kB", "no kind at all"}:
        assert code_of(page) == "files_refused"
    assert complaints(page) == []
    assert rows() == before
    assert files() == there


@pytest.mark.parametrize("what", FILES)
def test_a_file_is_refused_at_the_desk_too(clock: FixedClock, what: str) -> None:
    case, _ = open_case(clock.at)
    supervisor = Visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    before, there = rows(), files()
    for path in (f"/case/{case.number}", f"/case/{case.number}/assess", "/staff/invite", "/sign-in/passkey"):
        page = sent(supervisor, path, multipart(FILES[what]), f"multipart/form-data; boundary={EDGE}")
        assert page.status in {400, 413}, (path, page.status)
        assert code_of(page) in {"files_refused", "too_long", "bad_input"}
        assert complaints(page) == []
    assert rows() == before
    assert files() == there


BROKEN = {
    "no boundary": ("multipart/form-data", multipart(part("words", MARK.encode()))),
    "another boundary": ("multipart/form-data; boundary=other", multipart(part("words", MARK.encode()))),
    "a boundary without end": (f"multipart/form-data; boundary={'b' * 3000}", b"--" + b"b" * 3000),
    "a boundary of bytes": ('multipart/form-data; boundary="\x01\x7f"', b"--\x01\x7f\r\n\r\n"),
    "cut short": (f"multipart/form-data; boundary={EDGE}", multipart(part("words", MARK.encode() * 50))[:90]),
    "no name": (f"multipart/form-data; boundary={EDGE}", f"--{EDGE}\r\n\r\n{MARK}\r\n--{EDGE}--".encode()),
    "a head of 100 kB": (
        f"multipart/form-data; boundary={EDGE}",
        multipart(f"--{EDGE}\r\nX-Long: {'x' * 100_000}\r\n\r\n{MARK}\r\n".encode()),
    ),
    "two thousand parts": (
        f"multipart/form-data; boundary={EDGE}",
        multipart(*(part(f"f{n}", MARK.encode()) for n in range(2_000))),
    ),
    "base64 that is none": (
        f"multipart/form-data; boundary={EDGE}",
        multipart(
            f'--{EDGE}\r\nContent-Disposition: form-data; name="words"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{MARK}!!!=\r\n".encode()
        ),
    ),
    "nested": (
        f"multipart/form-data; boundary={EDGE}",
        multipart(part("words", MARK.encode(), kind="multipart/mixed; boundary=x")),
    ),
    "json": ("application/json", b'{"words": "' + MARK.encode() + b'"}'),
    "json that is none": ("application/json", b"{" * 5_000),
    "xml": ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;" + MARK.encode() + b"</a>"),
    "plain text": ("text/plain", b"words=" + MARK.encode()),
    "no kind": ("", b"words=" + MARK.encode()),
    "a kind that is none": (";;; charset", b"words=" + MARK.encode()),
    "bytes": ("application/octet-stream", bytes(range(256)) * 100),
    "utf-16": ("application/x-www-form-urlencoded; charset=utf-16", "words=dusk".encode("utf-16")),
    "a charset that is none": ("application/x-www-form-urlencoded; charset=qz-7", b"words=" + MARK.encode()),
    "a charset that runs code": ("application/x-www-form-urlencoded; charset=rot13", b"words=" + MARK.encode()),
    "no equals sign": ("application/x-www-form-urlencoded", MARK.encode() * 1_000),
    "only separators": ("application/x-www-form-urlencoded", b"&;=" * 5_000),
    "a thousand fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=x" % n for n in range(1_000))),
    "broken percent signs": ("application/x-www-form-urlencoded", b"words=%%%zz%u0041%" + MARK.encode()),
    "two megabytes": ("application/x-www-form-urlencoded", b"words=" + b"d" * 2_000_000),
}  # fmt: skip


@pytest.mark.parametrize("path", SURVIVORS)
@pytest.mark.parametrize("what", BROKEN)
def test_a_body_that_is_no_form_changes_nothing(her: Visitor, path: str, what: str) -> None:
    her.submit(her.get("/report/for_whom"), {"for_whom": "me"})
    kind, body = BROKEN[what]
    before = rows()
    page = sent(her, path, body, kind)
    assert page.status in {400, 403, 413}, page.status
    assert complaints(page) == []
    assert rows() == before
    assert her.get("/report/for_whom").form()["for_whom"] == ["me"], "what was told before is kept"


@pytest.mark.parametrize("what", BROKEN)
def test_a_body_that_is_no_form_breaks_no_page_behind_the_token(her: Visitor, what: str) -> None:
    """With the token in a header, where no form puts it, the body reaches the page itself."""
    kind, body = BROKEN[what]
    her.submit(her.get("/report/for_whom"), {"for_whom": "me"})
    given = token(her)
    for path in ("/case", *SURVIVORS):
        page = sent(her, path, body, kind, given)
        assert page.status < 500, path
        assert complaints(page) == [], path
    assert Case.objects.count() <= 1, "an empty form sends what is there; nothing else does"


@pytest.mark.parametrize("what", BROKEN)
def test_a_body_that_is_no_form_changes_nothing_at_the_desk(clock: FixedClock, what: str) -> None:
    case, _ = open_case(clock.at)
    officer = Visitor(cast.signed_in(cast.staff(Role.OFFICER)))
    kind, body = BROKEN[what]
    before = rows()
    for path in (f"/case/{case.number}", f"/case/{case.number}/assess", "/sign-in/passkey"):
        page = sent(officer, path, body, kind)
        assert page.status < 500
        assert complaints(page) == []
    assert rows()["cases_assessment"] == before["cases_assessment"]


def test_a_form_in_parts_without_a_file_is_taken(her: Visitor) -> None:
    fields = part("csrfmiddlewaretoken", token(her).encode()) + part("words", b"a harbour at dusk")
    page = sent(her, "/report/words", multipart(fields), f"multipart/form-data; boundary={EDGE}")
    assert page.status == 302
    assert her.get("/report/words").form()["words"] == ["a harbour at dusk"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "QZ"])
@pytest.mark.parametrize("path", ["/", "/report/words", "/report/send", "/case", "/code/kept"])
def test_another_method_changes_nothing(her: Visitor, method: str, path: str) -> None:
    her.submit(her.get("/report/words"), {"words": "a harbour at dusk"})
    before = rows()
    response = her.client.generic(method, path, MARK.encode())
    assert response.status_code in {403, 405}, response.status_code
    assert MARK not in response.content.decode()
    assert rows() == before


def test_nothing_was_left_by_any_of_it(her: Visitor) -> None:
    for kind, body in BROKEN.values():
        sent(her, "/report/words", body, kind)
    assert (Draft.objects.count(), Report.objects.count(), Case.objects.count()) == (0, 0, 0)
