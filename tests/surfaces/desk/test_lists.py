"""Lists of others at the desk: brought in by a supervisor with owner, right and day; refused whole, with every bad row."""

from __future__ import annotations

import json

import pytest

from recourse.people.accounts.domain import Role
from recourse.world.matching import selectors
from recourse.world.matching.models import Block, Source
from tests import cast
from tests.surfaces.visits import Visitor, check_page, visitor
from tests.world.matching.making import digits

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TOLD: dict[str, str | list[str]] = {
    "name": "Harbour list",
    "right": "agreement of 1 March",
    "dated": "2026-11-01",
    "of": "sought",
    "list": f"hash\n{digits(1)}\n{digits(2)}\n{digits(2)}\n",
}


@pytest.fixture
def supervisor() -> Visitor:
    return visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))


def test_a_list_comes_in_is_shown_replaced_and_erased_whole(supervisor: Visitor) -> None:
    page = supervisor.get("/lists")
    assert "There are no lists." in page.text
    page = supervisor.submit(page, TOLD, action="/bring")
    check_page(page)
    for words in (
        "Harbour list",
        "agreement of 1 March",
        "1 row left out",
        "Nobody has decided",
        "Pictures to look for",
    ):
        assert words in page.text
    assert digits(1) not in page.html
    stopncii = {"hashRecords": [{"signalType": "ImagePDQ", "hashStatus": "Active", "hashValue": digits(3)}]}
    page = supervisor.submit(page, TOLD | {"list": json.dumps(stopncii), "of": "lawful"}, action="/bring")
    (source,) = selectors.sources()
    assert (source.hashes, source.lawful, source.label) == (1, True, "Supervisor 01")
    page = supervisor.submit(page, action=f"{source.id}/erase")
    assert "There are no lists." in page.text
    assert not Block.objects.exists()
    assert supervisor.post(f"/lists/{source.id}/erase", page.form("/bring")).status == 404


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"name": ""}, "list_unnamed", "Say whose list it is"),
        ({"right": " "}, "list_unnamed", "Say whose list it is"),
        ({"dated": "1 March"}, "list_unnamed", "Say whose list it is"),
        ({"of": "nothing"}, "list_kind_not_chosen", "Choose what the list is of"),
        ({"list": ""}, "bad_list", "The list does not read."),
        ({"list": f"hash\n{digits(1)}\nf8\n\nf9"}, "bad_list", "counted from 1: 3, 5."),
        ({"list": "hash\n" + "f8\n" * 22}, "bad_list", "20, 21. 2 more rows do not read either."),
    ],
)
def test_a_refused_list_stores_nothing_and_loses_nothing(
    supervisor: Visitor, wrong: dict[str, str], code: str, words: str
) -> None:
    typed = TOLD | wrong
    refused = supervisor.submit(supervisor.get("/lists"), typed, action="/bring")
    check_page(refused)
    assert f'data-code="{code}"' in refused.html
    assert words in refused.text
    form = refused.form("/bring")
    for name in ("name", "right", "dated", "list"):
        assert form[name] == [typed[name]]
    assert not Source.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ANALYST, Role.OPERATOR, Role.LIAISON])
def test_who_is_no_supervisor_reads_and_brings_in_nothing(supervisor: Visitor, role: Role) -> None:
    form = supervisor.submit(supervisor.get("/lists"), TOLD, action="/bring").form("/bring")
    other = visitor(cast.signed_in(cast.staff(role)))
    page = other.get("/lists")
    check_page(page)
    assert "Harbour list" in page.text
    assert "Bring in a list" not in page.text
    assert "Erase it" not in page.text
    source = Source.objects.get()
    assert other.post("/lists/bring", TOLD).status == 403
    assert other.post(f"/lists/{source.id}/erase", {}).status == 403
    assert Source.objects.get() == source
    assert form["name"] == [""]
