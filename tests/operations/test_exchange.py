"""`recourse exchange`: keys are printed once, listed without themselves, and end at once."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from recourse.base.core.clock import FixedClock
from recourse.world.exchange import selectors
from recourse.world.exchange.domain.keys import Function, UnknownKeyError
from recourse.world.exchange.services import keeping

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def said(*words: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("exchange", *words, stdout=out, stderr=err)
    except SystemExit as end:
        return f"{end.code} {err.getvalue()}"
    return out.getvalue()


def test_keys_are_printed_once_and_open_what_they_say(clock: FixedClock) -> None:
    printed = json.loads(said("key", "create", "murmur", "--json"))
    assert set(printed["function_keys"]) == {one.value for one in Function}
    assert printed["base_url"] == "http://127.0.0.1:8000/exchange/v1"
    setting = printed["environment"]["TX_STOPNCII_KEYS"].split(",")
    assert setting == [
        printed["function_keys"]["FetchHashes"],
        printed["subscription_key"],
        printed["base_url"],
    ]
    found = selectors.admit(
        subscription=printed["subscription_key"],
        function_key=printed["function_keys"]["Match"],
        function=Function.MATCH,
    )
    keeping.spend(key=found, asked=3, now=clock.at)
    (row,) = json.loads(said("key", "list", "--json"))
    assert (row["name"], row["asked_to_match"], row["last_used_at"]) == ("murmur", 3, clock.at.isoformat())
    assert printed["subscription_key"] not in said("key", "list")


def test_a_person_reads_what_to_do_with_them() -> None:
    lines = said("key", "create", "murmur")
    assert 'export TX_STOPNCII_KEYS="' in lines
    assert "function key of SubmitFeedback: " in lines
    assert "name: murmur" in said("key", "list")


def test_revoked_keys_open_nothing() -> None:
    printed = json.loads(said("key", "create", "murmur", "--json"))
    said("key", "revoke", "murmur")
    with pytest.raises(UnknownKeyError):
        selectors.admit(
            subscription=printed["subscription_key"],
            function_key=printed["function_keys"]["Match"],
            function=Function.MATCH,
        )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("key", "create", "Not A Name"), "65 .*bad_key_name"),
        (("key", "revoke", "nobody"), "no_such_key"),
        (("key", "clear", "nobody"), "no_such_key"),
        (("canary", "/nowhere/at/all"), "66 .*file"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_with_its_code(words: tuple[str, ...], code: str) -> None:
    assert re.search(code, said(*words), re.DOTALL)


def test_a_name_in_force_is_refused_and_cleared_keys_match_again(clock: FixedClock) -> None:
    said("key", "create", "murmur")
    assert "key_name_taken" in said("key", "create", "murmur")
    assert "cleared" in said("key", "clear", "murmur")


def test_the_canaries_are_written(tmp_path: Path) -> None:
    said("canary", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["canary-1.png", "canary-2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
