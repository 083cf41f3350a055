"""What a platform's software is given, and how it fails."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from recourse.base.core.clock import FixedClock
from recourse.fingerprints.files import HashedPicture, hash_file
from recourse.world.exchange.canary import picture
from recourse.world.exchange.domain.keys import LIMITS, Function
from recourse.world.exchange.domain.paging import second
from recourse.world.exchange.domain.records import CANARIES
from recourse.world.exchange.models import Use
from recourse.world.matching.models import BankRead
from tests import cast
from tests.surfaces.exchange.conftest import Software
from tests.world.exchange.making import hold_back, share, share_hashes
from tests.world.matching.making import digits

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CANARY_HASHES = [one.hash for one in CANARIES.values()]


def hashes(page: dict[str, Any], status: str = "Active") -> list[str]:
    return [one["hashValue"] for one in page["hashRecords"] if one["hashStatus"] == status]


def walk(asker: Software, start: int, size: int) -> tuple[list[dict[str, Any]], int]:
    """Follow the pages as the stock client does; return the records and the last number."""
    records, token, before = [], "", start
    for _page in range(200):
        query = {"startTimestamp": start, "pageSize": size, **({"nextPageToken": token} if token else {})}
        page = asker.fetch(**query)
        assert page["count"] == len(page["hashRecords"]) <= size
        assert page["nextSetTimestamp"] >= before
        before, token = page["nextSetTimestamp"], page["nextPageToken"] or ""
        records += page["hashRecords"]
        assert page["hasMoreRecords"] == bool(token)
        if not token:
            return records, before
    raise AssertionError("the walk does not end")


def test_an_empty_bank_gives_the_two_canaries(murmur: Software) -> None:
    page = murmur.fetch()
    assert hashes(page) == CANARY_HASHES
    assert [one["CSPFeedbacks"] for one in page["hashRecords"]] == [
        [{"source": "Recourse", "feedbackValue": "None", "tags": ["canary"]}]
    ] * 2
    assert not page["hasMoreRecords"]
    again = murmur.fetch(startTimestamp=page["nextSetTimestamp"] + 1)
    assert (again["count"], again["nextSetTimestamp"]) == (0, page["nextSetTimestamp"] + 1)


def test_the_canaries_are_the_hashes_of_the_published_pictures() -> None:
    for number, known in enumerate(CANARY_HASHES, start=1):
        found = hash_file(io.BytesIO(picture(number)))
        assert isinstance(found, HashedPicture)
        assert (found.pdq.hex(), found.pdq.quality) == (known, 100)


def test_shared_pictures_come_with_everything_the_format_asks_for(
    murmur: Software, clock: FixedClock
) -> None:
    shared = share(["dusk", "dawn"], clock.at)
    hidden = hold_back("nobody has looked", clock.at)
    records = murmur.fetch()["hashRecords"]
    assert {one["hashValue"] for one in records} == {*CANARY_HASHES, *shared.hashes}
    assert hidden not in json.dumps(records)
    one = records[-1]
    assert set(one) == {
        "lastModtimestamp", "signalType", "hashValue", "hashStatus", "caseNumbers", "CSPFeedbacks",
    }  # fmt: skip
    assert (one["signalType"], one["lastModtimestamp"]) == ("ImagePDQ", second(clock.at))
    assert str(shared.case_id) not in json.dumps(records), "no case is named"


def test_a_withdrawal_is_told_at_once_and_the_stock_client_sees_it_disputed(
    murmur: Software, clock: FixedClock
) -> None:
    shared = share(["dusk", "dawn"], clock.at)
    _records, start = walk(murmur, 10, 800)
    shared.withdraw(clock.advance(timedelta(seconds=1)), 0)
    page = murmur.fetch(startTimestamp=start)
    (gone,) = hashes(page, "Withdrawn")
    assert gone in shared.hashes
    (record,) = [one for one in page["hashRecords"] if one["hashValue"] == gone]
    assert set(record["caseNumbers"].values()) == {"Withdrawn"}
    assert record["CSPFeedbacks"] == [
        {"source": "Recourse", "feedbackValue": "NotBlocked", "tags": ["withdrawn"]}
    ]


def test_two_survivors_with_one_picture_are_one_record_until_the_last_withdraws(
    murmur: Software, clock: FixedClock
) -> None:
    one, other = (share_hashes((digits("the same picture"),), clock.at) for _case in range(2))
    (record,) = [rec for rec in murmur.fetch()["hashRecords"] if rec["hashValue"] == one.hashes[0]]
    assert len(record["caseNumbers"]) == 1, "nobody learns that two reported it"
    one.withdraw(clock.advance(timedelta(seconds=5)))
    assert one.hashes[0] in hashes(murmur.fetch())
    other.withdraw(clock.advance(timedelta(seconds=5)))
    assert one.hashes[0] in hashes(murmur.fetch(), "Withdrawn")


@pytest.mark.parametrize("size", [1, 2, 3, 800])
def test_pages_of_any_size_give_everything_once(murmur: Software, clock: FixedClock, size: int) -> None:
    shared = share(list(range(7)), clock.at)
    records, last = walk(murmur, 10, size)
    assert sorted(one["hashValue"] for one in records) == sorted([*CANARY_HASHES, *shared.hashes])
    assert last == second(clock.at)


def test_what_changes_between_two_pages_is_not_lost(murmur: Software, clock: FixedClock) -> None:
    shared = share(list(range(6)), clock.at)
    page = murmur.fetch(startTimestamp=10, pageSize=4)
    held = {one["hashValue"]: one["hashStatus"] for one in page["hashRecords"]}
    shared.withdraw(clock.advance(timedelta(seconds=1)), 0)
    later = share(["late"], clock.at)
    while page["hasMoreRecords"]:
        page = murmur.fetch(startTimestamp=10, pageSize=4, nextPageToken=page["nextPageToken"])
        held |= {one["hashValue"]: one["hashStatus"] for one in page["hashRecords"]}
    records, _last = walk(murmur, page["nextSetTimestamp"], 4)
    held |= {one["hashValue"]: one["hashStatus"] for one in records}
    assert held[later.hashes[0]] == "Active"
    assert sum(state == "Withdrawn" for state in held.values()) == 1
    assert len(held) == 2 + 6 + 1


def test_feedback_is_heard_by_hash_and_by_reference(
    murmur: Software, kanal: Software, clock: FixedClock
) -> None:
    shared = share(["dusk", "dawn"], clock.at)
    told = murmur.send(
        Function.FEEDBACK,
        {
            "count": 5,
            "hashFeedbacks": [
                {"tags": [], "feedbackValue": "Blocked", "hashValue": shared.hashes[0].upper()},
                {"tags": ["seen"], "feedbackValue": "NotBlocked", "hashValue": shared.hashes[1]},
                {"tags": [], "feedbackValue": "Blocked", "hashValue": digits("nothing of ours")},
                {"tags": [], "feedbackValue": "QualityUnknown", "hashValue": shared.hashes[1]},
                {"tags": [], "feedbackValue": "Blocked", "hashValue": CANARY_HASHES[0]},
            ],
        },
    )
    assert told == {"count": 5, "taken": 2, "notListed": 1, "canaries": 1, "passedOver": 1}
    (answer,) = kanal.send(Function.MATCH, {"hashes": [shared.hashes[1]]})["results"]
    reference = answer["references"][0]
    told = kanal.send(
        Function.FEEDBACK,
        {"count": 1, "hashFeedbacks": [{"feedbackValue": "NotBlocked", "reference": reference}]},
    )
    assert told["taken"] == 1
    assert shared.hashes[1] in hashes(murmur.fetch(), "Withdrawn"), "two that say NotBlocked suspend it"
    (first,) = [one for one in murmur.fetch()["hashRecords"] if one["hashValue"] == shared.hashes[0]]
    assert first["CSPFeedbacks"] == [{"source": "murmur", "feedbackValue": "Blocked", "tags": []}]


def test_a_sending_with_one_bad_hash_changes_nothing(murmur: Software, clock: FixedClock) -> None:
    shared = share(["dusk"], clock.at)
    said = [
        {"tags": [], "feedbackValue": "Blocked", "hashValue": shared.hashes[0]},
        {"tags": [], "feedbackValue": "Blocked", "hashValue": "g" * 64},
    ]
    assert murmur.send(Function.FEEDBACK, {"count": 2, "hashFeedbacks": said}, 400)["code"] == "bad_hash"
    (record,) = [one for one in murmur.fetch()["hashRecords"] if one["hashValue"] == shared.hashes[0]]
    assert record["CSPFeedbacks"] == []


def test_submitted_hashes_are_leads_and_never_given_to_others(
    murmur: Software, kanal: Software, clock: FixedClock
) -> None:
    theirs = digits("found by murmur")
    body = {
        "count": 3,
        "hashRecords": [
            {
                "lastModtimestamp": 1, "signalType": "StopNCIISignalType.ImagePDQ", "hashValue": theirs,
                "CSPFeedbacks": [{"tags": [], "feedbackValue": "Blocked"}],
            },
            {"lastModtimestamp": 1, "signalType": "ImagePDQ", "hashValue": CANARY_HASHES[0]},
            {"lastModtimestamp": 1, "signalType": "StopNCIISignalType.VideoMD5", "hashValue": "0" * 32},
        ],
    }  # fmt: skip
    assert murmur.send(Function.SUBMIT, body) == {
        "count": 3, "taken": 1, "notListed": 0, "canaries": 1, "passedOver": 1,
    }  # fmt: skip
    assert theirs not in json.dumps(kanal.fetch())


def test_a_match_gives_a_reference_and_not_how_near(murmur: Software, clock: FixedClock) -> None:
    shared = share(["dusk", "dawn"], clock.at)
    near = f"{int(shared.hashes[0], 16) ^ 0x7FFF_FFFF:064x}"  # 31 bits away
    far = f"{int(shared.hashes[0], 16) ^ 0xFFFF_FFFF:064x}"
    body = {"hashes": [shared.hashes[0], near, far, digits("other"), CANARY_HASHES[1]]}
    answers = murmur.send(Function.MATCH, body)["results"]
    assert [one["matched"] for one in answers] == [True, True, False, False, True]
    assert answers[0] == answers[1]
    assert set(answers[0]) == {"matched", "references"}
    counted = Use.objects.get(function=Function.MATCH)
    assert (counted.asked, counted.given, counted.edge) == (5, 3, 1)
    shared.withdraw(clock.at)
    assert not murmur.send(Function.MATCH, {"hashes": [shared.hashes[0]]})["results"][0]["matched"]


def test_nobody_matches_what_was_not_shared(murmur: Software, clock: FixedClock) -> None:
    hidden = hold_back("nobody has looked", clock.at)
    assert not murmur.send(Function.MATCH, {"hashes": [hidden]})["results"][0]["matched"]


def test_every_read_is_on_record(murmur: Software, clock: FixedClock) -> None:
    share(["dusk"], clock.at)
    murmur.fetch()
    read = BankRead.objects.get(reader="platform:murmur")
    assert (read.hashes, read.at) == (1, clock.at)
    counted = Use.objects.get(function=Function.FETCH)
    assert (counted.requests, counted.given) == (1, 3)


def test_keys_are_asked_for_before_anything_else(murmur: Software) -> None:
    stranger = Client(HTTP_HOST=cast.EXCHANGE)
    for function in Function:
        for headers in ({}, murmur.headers(next(one for one in Function if one is not function))):
            path = f"/exchange/v1/{function}"
            if function is Function.FETCH:
                answer = stranger.get(path, {"startTimestamp": "x"}, **headers)
            else:
                answer = stranger.post(path, "[not json", content_type="application/json", **headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unknown_key"), function
            assert answer["Content-Type"] == "application/problem+json"
    assert Use.objects.count() == 0


def test_too_many_requests_are_refused_with_a_time_to_wait(murmur: Software, clock: FixedClock) -> None:
    for _request in range(LIMITS[Function.FEEDBACK].requests):
        murmur.send(Function.FEEDBACK, {"count": 0, "hashFeedbacks": []})
    answer = murmur.client.post(
        "/exchange/v1/SubmitFeedback",
        {"count": 0, "hashFeedbacks": []},
        content_type="application/json",
        **murmur.headers(Function.FEEDBACK),
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert answer["Retry-After"] == "60"
    clock.advance(timedelta(minutes=1))
    murmur.send(Function.FEEDBACK, {"count": 0, "hashFeedbacks": []})


GOOD = {"tags": [], "feedbackValue": "Blocked", "hashValue": "0" * 64}
HOSTILE: list[tuple[Function, Any]] = [
    (Function.FEEDBACK, None),
    (Function.FEEDBACK, []),
    (Function.FEEDBACK, "text"),
    (Function.FEEDBACK, {"count": 1}),
    (Function.FEEDBACK, {"count": 2, "hashFeedbacks": [GOOD]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": {"0": GOOD}}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "hashValue": None}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "hashValue": "0" * 63}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "hashValue": "0" * 65}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "hashValue": "0x" + "0" * 62}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "hashValue": "\u0660" * 64}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "reference": "x"}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "feedbackValue": "blocked"}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "tags": ["x" * 201]}]}),
    (Function.FEEDBACK, {"count": 1, "hashFeedbacks": [{**GOOD, "tags": ["x"] * 51}]}),
    (Function.FEEDBACK, {"count": 1001, "hashFeedbacks": [GOOD] * 1001}),
    (Function.SUBMIT, {"count": 1, "hashRecords": [{"signalType": "ImagePDQ", "hashValue": "0" * 64}]}),
    (Function.SUBMIT, {"count": 1, "hashRecords": [
        {"lastModtimestamp": -1, "signalType": "ImagePDQ", "hashValue": "0" * 64}]}),
    (Function.SUBMIT, {"count": 1, "hashRecords": [
        {"lastModtimestamp": 1, "signalType": "PhotoDNA", "hashValue": "0" * 64}]}),
    (Function.SUBMIT, {"count": 1, "hashRecords": [
        {"lastModtimestamp": 1, "signalType": "ImagePDQ", "hashValue": "0" * 32}]}),
    (Function.MATCH, {"hashes": []}),
    (Function.MATCH, {"hashes": ["0" * 64] * 51}),
    (Function.MATCH, {"hashes": ["0" * 63 + "\0"]}),
    (Function.MATCH, {"hashes": "0" * 64}),
    (Function.MATCH, {"hashes": [0]}),
]  # fmt: skip


@pytest.mark.parametrize(("function", "body"), HOSTILE, ids=lambda one: str(one)[:60])
def test_what_cannot_be_used_is_refused_with_a_code(murmur: Software, function: Function, body: Any) -> None:
    problem = murmur.send(function, json.dumps(body), 400)
    assert problem["code"] in {"bad_input", "bad_hash"}
    assert set(problem) == {"type", "title", "status", "code"}


RAW = (b"", b"{", b"[" * 400_000, b"\xff\xfe", b'{"count": NaN, "hashFeedbacks": []}', b'{"count": 1e999}')


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:12]))
def test_a_body_that_is_no_json_is_refused(murmur: Software, raw: bytes) -> None:
    for function in (Function.FEEDBACK, Function.SUBMIT, Function.MATCH):
        assert murmur.send(function, raw, 400)["code"] == "bad_input"


@pytest.mark.parametrize(
    "query",
    [
        {"startTimestamp": "x"}, {"startTimestamp": "-1"}, {"startTimestamp": "9" * 30}, {"pageSize": "0"},
        {"pageSize": "-5"}, {"pageSize": "1e3"}, {"nextPageToken": "x"}, {"nextPageToken": "0" * 65},
        {"nextPageToken": "\0"}, {"nextPageToken": "f" * 36}, {"startTimestamp": "NaN"},
    ],
    ids=str,
)  # fmt: skip
def test_a_page_that_cannot_be_asked_for(murmur: Software, query: dict[str, str]) -> None:
    assert murmur.fetch(400, **query)["code"] in {"bad_input", "bad_page_token"}


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options", "head", "trace"])
def test_another_method_is_refused(murmur: Software, method: str) -> None:
    answer = getattr(murmur.client, method)("/exchange/v1/Match", **murmur.headers(Function.MATCH))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert murmur.client.post("/exchange/v1/FetchHashes", **murmur.headers(Function.FETCH)).status_code == 405


@pytest.mark.parametrize("host", [cast.SURVIVORS, cast.DESK, cast.PUBLIC])
def test_no_other_host_gives_hashes(murmur: Software, host: str) -> None:
    answer = murmur.client.get("/exchange/v1/FetchHashes", HTTP_HOST=host, **murmur.headers(Function.FETCH))
    assert answer.status_code == 404


def test_there_is_nothing_else_at_this_host(murmur: Software) -> None:
    for path in (
        "/",
        "/exchange/",
        "/exchange/v1/",
        "/case",
        "/api/openapi.json",
        "/exchange/v1/FetchHashes/",
    ):
        answer = murmur.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert murmur.client.get("/healthz").json() == {"alive": True}


def test_answers_are_kept_by_nobody_and_set_no_cookie(murmur: Software) -> None:
    answer = murmur.client.get("/exchange/v1/FetchHashes", **murmur.headers(Function.FETCH))
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
