"""Lists of others and looked-at pictures: leads for a person, lawful pictures suspend, erased by source."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.jobs.models import Job
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyDestroyedError, KeyScope
from recourse.world.matching import domain, selectors, services
from recourse.world.matching.domain import (
    About,
    BadHashError,
    BadListError,
    Because,
    FingerprintState,
    ListUnnamedError,
    MatchDecidedError,
    MatchState,
    ReadList,
    Waits,
    is_flat,
    read_list,
)
from recourse.world.matching.models import Block, Fingerprint, Match, Source
from recourse.world.matching.services.lists import IN_A_BLOCK
from tests.wiring import START as NOW
from tests.world.matching.making import digits, image

DAY = timedelta(days=1)
Case = tuple[UUID, DataKey]
db = [pytest.mark.django_db, pytest.mark.db]


def a_case(*texts: str) -> Case:
    case = ids.new_id(), vault.create_key(scope=KeyScope.CASE, now=NOW)
    made = [domain.read(text) for text in texts]
    services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=made, now=NOW)
    return case


def a_list(*values: str, name: str = "Harbour list", lawful: bool = False) -> UUID:
    return services.import_list(
        about=About(name, "agreement of 1 March", date(2026, 11, 1)),
        lawful=lawful,
        read=ReadList(values, passed_over=0, repeated=0, flat=0),
        label="Officer 01",
        now=NOW,
    )


def _die(**_arguments: object) -> None:
    raise SystemExit


def work() -> None:
    """Do what the worker would: compare every block that was brought in, and every case."""
    for job in Job.objects.filter(kind=services.COMPARE_BLOCK):
        services.compare_block(block_id=UUID(job.args["block"]), now=NOW)
    for job in Job.objects.filter(kind=services.COMPARE_CASE):
        services.compare_case(case_id=UUID(job.args["case"]), now=NOW)


def flipped(value: str, bits: int) -> str:
    return f"{int(value, 16) ^ ((1 << bits) - 1):064x}"


class TestMatches:
    """With the tables."""

    pytestmark = db

    @pytest.mark.parametrize(("bits", "found"), [(0, 1), (31, 1), (32, 0)])
    @pytest.mark.parametrize("first", ["case", "list"])
    def test_a_list_finds_a_case_whichever_came_first_and_says_it_once(
        self, bits: int, found: int, first: str
    ) -> None:
        value = flipped(digits(("dusk", 0)), bits)
        if first == "list":
            a_list(value, digits("other"))
        case = a_case(image("dusk"))
        if first == "case":
            a_list(value, digits("other"))
        work()
        work()
        seen = selectors.matches_of(*case)
        assert [(one.distance, one.source, one.state) for one in seen] == [
            (bits, "Harbour list", MatchState.WAITING)
        ] * found
        assert (selectors.matched_since(case[0]) is not None) == bool(found)
        told = Job.objects.filter(kind__startswith="on.", kind__contains="MatchFound").count()
        assert told in {0, found}, "told once, if somebody listens"

    def test_a_list_of_lawful_pictures_suspends_and_makes_no_match(self) -> None:
        case = a_case(image("dusk"), image("dawn"))
        a_list(flipped(digits(("dusk", 0)), 9), lawful=True)
        work()
        assert sorted((row.state, row.because) for row in Fingerprint.objects.all()) == [
            (FingerprintState.INTERNAL, ""),
            (FingerprintState.SUSPENDED, Waits.LAWFUL),
        ]
        assert selectors.matches_of(*case) == ()

    def test_what_is_near_a_lawful_picture_is_suspended_instead_of_shared(self) -> None:
        case = a_case(image("dusk"), image("dawn"))
        a_list(flipped(digits(("dusk", 0)), 9), lawful=True)
        every = list(Fingerprint.objects.values_list("id", flat=True))
        services.agree(case_id=case[0], agreed=True, now=NOW)
        services.review(case_id=case[0], only=every, now=NOW)
        done = services.share(case_id=case[0], key=case[1], only=every, now=NOW)
        assert (done.given, done.suspended) == (1, 1)
        told = selectors.access_changes(reader="platform:wire", since=0, limit=9, now=NOW)
        assert [one.hash for one in told] == [digits(("dawn", 0))]

    @pytest.mark.parametrize("list_first", [True, False])
    def test_what_a_person_let_in_near_a_lawful_picture_is_not_suspended_again(
        self, *, list_first: bool
    ) -> None:
        if list_first:
            a_list(digits(("dusk", 0)), lawful=True)
        case = a_case(image("dusk"))
        if not list_first:
            a_list(digits(("dusk", 0)), lawful=True)
        work()
        assert Fingerprint.objects.get().state == FingerprintState.SUSPENDED
        assert services.let_in(case_id=case[0], now=NOW + DAY) == 1
        more = [domain.read(image("dawn"))]
        services.add_fingerprints(case_id=case[0], key=case[1], fingerprints=more, now=NOW + DAY)
        a_list(digits(("dusk", 0)), digits("other"), lawful=True)
        work()
        assert {row.state for row in Fingerprint.objects.all()} == {FingerprintState.INTERNAL}

    @pytest.mark.parametrize("lawful", [True, False])
    def test_what_waited_while_a_list_came_in_is_compared_once_it_counts(self, *, lawful: bool) -> None:
        case = a_case(image("dusk"))
        Fingerprint.objects.update(state=FingerprintState.SUSPENDED, because=Waits.MANY)
        a_list(digits(("dusk", 0)), lawful=lawful)
        work()
        Job.objects.all().delete()
        services.let_in(case_id=case[0], now=NOW)
        work()
        (row,) = Fingerprint.objects.all()
        assert (row.state == FingerprintState.SUSPENDED, Match.objects.count()) == (lawful, not lawful)

    def test_what_came_back_with_the_permission_is_compared_with_what_came_in_meanwhile(self) -> None:
        case = a_case(image("dusk"))
        services.withdraw_fingerprints(case_id=case[0], because=Because.PERMISSION, now=NOW)
        a_list(digits(("dusk", 0)))
        work()
        Job.objects.all().delete()
        services.bring_back(case_id=case[0], now=NOW)
        work()
        assert len(selectors.matches_of(*case)) == 1

    def test_a_worker_that_dies_before_it_tells_has_not_suspended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_case(image("dusk"))
        a_list(digits(("dusk", 0)), lawful=True)
        with monkeypatch.context() as patched:
            patched.setattr(jobs, "emit", _die)
            with pytest.raises(SystemExit):
                work()
        assert Fingerprint.objects.get().state == FingerprintState.INTERNAL
        work()
        assert Fingerprint.objects.get().state == FingerprintState.SUSPENDED
        assert Job.objects.filter(kind__contains="match_found").exists()

    def test_of_a_list_of_many_blocks_the_nearest_hash_counts(self) -> None:
        value = digits(("dusk", 0))
        a_list(flipped(value, 20), *(digits(n) for n in range(IN_A_BLOCK)), flipped(value, 5))
        case = a_case(image("dusk"))
        for job in Job.objects.filter(kind=services.COMPARE_CASE):
            assert services.compare_case(case_id=UUID(job.args["case"]), now=NOW) == 1
        assert [one.distance for one in selectors.matches_of(*case)] == [5]

    def test_nobody_decides_on_a_match_of_what_she_took_out(self) -> None:
        case = a_case(image("dusk"))
        a_list(digits(("dusk", 0)))
        work()
        (match,) = selectors.matches_of(*case)
        services.withdraw_fingerprints(case_id=case[0], because=Because.PERMISSION, now=NOW)
        assert selectors.matched_since(case[0]) is None
        assert selectors.matches_of(*case) == ()
        with pytest.raises(NotFoundError):
            services.decide(case_id=case[0], match_id=match.id, confirmed=True, label="Officer 01", now=NOW)

    def test_with_a_list_goes_what_waited_for_a_person_and_the_rooms_above_hear_of_it(self) -> None:
        case = a_case(image("dusk"))
        a_list(digits(("dusk", 0)))
        work()
        services.erase_list(name="Harbour list", now=NOW)
        (told,) = Job.objects.filter(kind__contains="matches_gone")
        assert str(case[0]) in str(told.args)

    def test_a_person_decides_and_the_source_has_its_precision(self) -> None:
        case = a_case(image(1), image(2), image(3))
        a_list(*(digits((n, 0)) for n in (1, 2, 3)))
        work()
        assert selectors.sources()[0].precision is None
        for at, one in enumerate(selectors.matches_of(*case)):
            services.decide(case_id=case[0], match_id=one.id, confirmed=at > 0, label="Officer 01", now=NOW)
        (source,) = selectors.sources()
        assert (source.confirmed, source.other, source.waiting) == (2, 1, 0)
        assert source.precision == pytest.approx(2 / 3)
        confirmed = next(one for one in selectors.matches_of(*case) if one.state == "confirmed")
        with pytest.raises(MatchDecidedError):
            services.decide(case_id=case[0], match_id=confirmed.id, confirmed=False, label="x", now=NOW)
        with pytest.raises(NotFoundError):
            services.decide(case_id=ids.new_id(), match_id=confirmed.id, confirmed=True, label="x", now=NOW)

    def test_a_looked_at_picture_is_compared_with_this_case_alone_and_its_address_is_sealed(self) -> None:
        case, other = a_case(image("dusk")), a_case(image("dusk"))
        where = "https://harbour.example/p/7"
        value = flipped(digits(("dusk", 0)), 5)
        assert services.look(case_id=case[0], key=case[1], value=value, address=where, now=NOW) == 1
        assert services.look(case_id=case[0], key=case[1], value=value, address=where, now=NOW) == 1, "twice"
        (match,) = selectors.matches_of(*case)
        assert (match.address, match.distance, match.source) == (where, 5, "")
        assert where.encode() not in bytes(Match.objects.get().address)
        assert selectors.matches_of(*other) == ()
        assert services.look(case_id=case[0], key=case[1], value=digits("x"), address=where, now=NOW) == 0
        with pytest.raises(BadHashError):
            services.look(case_id=case[0], key=case[1], value="f8", address=where, now=NOW)

    def test_a_list_is_erased_whole_and_replaced_whole(self) -> None:
        case = a_case(image(1))
        a_list(digits((1, 0)))
        work()
        key_id = Source.objects.get().key_id
        a_list(digits((2, 0)))
        assert selectors.matches_of(*case) == (), "with its matches"
        with pytest.raises(KeyDestroyedError):
            vault.open_key(key_id)
        work()
        assert selectors.matches_of(*case) == ()
        assert services.erase_list(name="Harbour list", now=NOW)
        assert not Block.objects.exists()
        assert not services.erase_list(name="Harbour list", now=NOW)

    def test_a_long_list_is_sealed_in_blocks(self) -> None:
        values = [digits(n) for n in range(2 * IN_A_BLOCK + 1)]
        a_list(*values)
        assert sorted(Block.objects.values_list("hashes", flat=True)) == [1, IN_A_BLOCK, IN_A_BLOCK]
        assert selectors.sources()[0].hashes == len(values)
        held = b"".join(bytes(one.sealed) for one in Block.objects.all())
        assert bytes.fromhex(values[0]) not in held

    def test_invariant_15_with_the_case_its_matches_go(self) -> None:
        case = a_case(image(1))
        a_list(digits((1, 0)))
        work()
        services.forget_case(case_id=case[0], now=NOW)
        assert not Match.objects.exists()


def record(value: str, kind: str = "ImagePDQ", status: str = "Active") -> dict[str, object]:
    return {
        "lastModtimestamp": 1,
        "signalType": kind,
        "hashValue": value,
        "hashStatus": status,
        "caseNumbers": {},
    }


def test_stopncii_s_format_reads_without_what_was_withdrawn_or_is_no_picture() -> None:
    page = {
        "count": 4,
        "hashRecords": [
            record(digits(1)),
            record(digits(2), status="Withdrawn"),
            record("a" * 32, "VideoMD5"),
            record(digits(3), "StopNCIISignalType.ImagePDQ"),
        ],
    }
    assert read_list(json.dumps(page)).hashes == (digits(1), digits(3))
    assert read_list(json.dumps([page, {"hashRecords": [record(digits(4))]}])).hashes == (
        digits(1),
        digits(3),
        digits(4),
    )


@pytest.mark.parametrize(
    "text",
    ["{0}\n{1}\n", "hash\n{0}\n{1}", "name,PDQ,note\na,{0},b\nc,{1},d\n", "\n{0}\n\n{1}\n{0}\n"],
)
def test_csv_reads(text: str) -> None:
    assert read_list(text.format(digits(1), digits(2))).hashes == (digits(1), digits(2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "hash\n",
        "f8f8",
        "a,b\n1,2\n",
        "{}",
        "[1]",
        '{"hashRecords": [{}]}',
        "hash,n\n" + "a" * 64 + ",1\n,2",
    ],
)
def test_a_list_that_does_not_read_is_refused_whole(text: str) -> None:
    with pytest.raises(BadListError):
        read_list(text)


@given(st.text() | st.text('{}[]",:01af\n', max_size=80))
def test_whatever_is_in_a_list_it_reads_or_is_refused(text: str) -> None:
    try:
        found = read_list(text)
    except BadListError:
        return
    assert all(len(one) == 64 and not is_flat(one) for one in found.hashes)


def test_what_is_left_out_is_counted() -> None:
    read = read_list(f"{digits(1)}\n{'0' * 64}\n{digits(1).upper()}\n{digits(2)}\n")
    assert (read.hashes, read.flat, read.repeated, read.passed_over) == ((digits(1), digits(2)), 1, 1, 0)
    page = {
        "hashRecords": [record(digits(1)), record(digits(2), status="Withdrawn"), record("a", "VideoMD5")]
    }
    assert read_list(json.dumps(page)).left_out == 2


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"hash,n\n{digits(1)},1\n\n{digits(2)[:9]},2\n,3\n{digits(3)},4\n5", (4, 5, 7)),
        (
            json.dumps({"hashRecords": [record(digits(1)), record("f8"), {}, None, record(digits(2))]}),
            (2, 3, 4),
        ),
        ("hash\n" + '"' + digits(1), (2,)),
    ],
)
def test_every_row_that_does_not_read_is_named(text: str, rows: tuple[int, ...]) -> None:
    with pytest.raises(BadListError) as refused:
        read_list(text)
    assert refused.value.rows == rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "n" * 81},
        {"right": ""},
        {"right": "r" * 501},
        {"dated": "1 March"},
        {"name": "a\x00b"},
    ],
)
def test_a_list_has_an_owner_a_right_and_a_day(wrong: dict[str, str]) -> None:
    told = {"name": " Harbour  list ", "right": "agreement of 1 March", "dated": "2026-11-01"}
    assert domain.about(**told) == About("Harbour list", "agreement of 1 March", date(2026, 11, 1))
    with pytest.raises(ListUnnamedError):
        domain.about(**told | wrong)
