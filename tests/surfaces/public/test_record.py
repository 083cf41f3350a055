"""What the public reads: figures, what is kept back and why, files, the ledger; and what it may never meet."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from recourse.base.core.clock import FixedClock
from recourse.base.ledger import services as ledger
from recourse.base.ledger.verification import verify_folder
from recourse.surfaces.public import others
from recourse.surfaces.public.urls import _PAGES
from recourse.work.statistics import services
from recourse.work.statistics.domain.methods import SECTIONS
from recourse.work.statistics.domain.synthetic import COMPANIES, NOTE
from recourse.work.statistics.models import Snapshot, Tally
from recourse.world.rules.load import rules
from tests import cast
from tests.work.notices.making import World, forward, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PLATFORM = {
    "scorecard/<slug:platform>": "scorecard/murmur",
    "scorecard/<slug:platform>.csv": "scorecard/murmur.csv",
}
ROUTES = [PLATFORM.get(str(one.pattern), str(one.pattern)) for one in _PAGES]


def text(reader: Client, path: str) -> str:
    answer = reader.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def over(clock: FixedClock) -> None:
    """Let the month be over, eight days more, and publish."""
    clock.at = datetime(2026, 4, 9, 0, 10, tzinfo=UTC)
    services.publish(now=clock.at)


def rows(reader: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(reader, path))))


def test_before_anything_is_published_the_page_says_so(reader: Client) -> None:
    assert "Nothing has been published yet" in text(reader, "/")
    assert "Nothing has been published yet" in text(reader, "/scorecard")
    assert "Nothing has been corrected so far" in text(reader, "/corrections")
    assert rows(reader, "/counts.csv") == rows(reader, "/scorecard.csv") == []


def test_five_notices_are_counted_and_name_nobody(reader: Client, world: World, clock: FixedClock) -> None:
    for number in range(5):
        handed_over(clock.at, 30 + number)
    over(clock)
    page = text(reader, "/")
    assert "Too few to publish" in page
    assert "Without notices to platforms that have fewer than 10 so far" in page
    assert "No notice is counted yet, so no place is." in page
    scores = text(reader, "/scorecard")
    assert "No platform has 10 notices in the months of this period that are counted" in scores
    assert rules().recipients["telegram"].name not in scores
    assert reader.get("/scorecard/telegram").status_code == 404
    by_unit = {(row["period"], row["unit"]): row for row in rows(reader, "/counts.csv")}
    for unit in ("assessments", "notices", "verified_outcomes"):
        assert (by_unit["all", unit]["count"], by_unit["all", unit]["why_missing"]) == ("", "few")
        assert (by_unit["2026-03", unit]["count"], by_unit["2026-03", unit]["why_missing"]) == ("", "few")
        assert by_unit["2026-04", unit]["why_missing"] == "open"
    assert ("all", "places_removed") not in by_unit


def test_ten_notices_name_a_platform(reader: Client, world: World, clock: FixedClock) -> None:
    for number in range(10):
        handed_over(clock.at, 30 + number)
    services.publish(now=clock.at)
    assert "Telegram" not in text(reader, "/scorecard"), "the month is not over: nobody watches one go out"
    over(clock)
    assert "Telegram" in text(reader, "/scorecard")
    for path in ("/", "/scorecard", "/scorecard/telegram"):
        assert "All time. Published 9 Apr 2026" in text(reader, path), "a page that is kept says its date"
    page = text(reader, "/scorecard/telegram")
    assert "Sent, receipt unproven" in page
    assert "Covers March 2026." in page
    assert "10 places, as they stood on 9 Apr 2026" in page
    [row] = rows(reader, "/scorecard.csv")
    assert (row["platform"], row["asked"], row["receipt_unproven"], row["silent"]) == (
        "telegram",
        "10",
        "10",
        "0",
    )
    assert reader.get("/scorecard/x").status_code == 404, "unknown and unnamed read the same"


# -- the invented history ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("invented")
@pytest.mark.parametrize("route", ROUTES)
def test_every_page_and_file_of_the_invented_history_says_what_it_is(reader: Client, route: str) -> None:
    page = text(reader, f"/synthetic/{route}")
    if route.endswith(".csv"):
        lines = page.strip().split("\r\n")
        assert len(lines) > 1
        assert all(line.startswith(f'synthetic,"{NOTE}"') for line in lines[1:])
    else:
        assert page.index(NOTE) < page.index("<h1"), "before anything else"
        assert '<meta name="robots" content="noindex">' in page


@pytest.mark.usefixtures("invented")
def test_the_invented_history_never_touches_what_was_measured(
    reader: Client, world: World, clock: FixedClock
) -> None:
    handed_over(clock.at, 12)
    services.publish(now=clock.at)
    invented = text(reader, "/synthetic/counts.csv")
    measured = text(reader, "/counts.csv")
    assert "synthetic" not in measured
    assert next(row["count"] for row in rows(reader, "/counts.csv") if row["unit"] == "notices") == ""
    services.publish(now=clock.at + timedelta(days=1))
    assert text(reader, "/synthetic/counts.csv") == invented
    assert not {company.name for company in COMPANIES.values()} & {
        one.name for one in rules().recipients.values()
    }
    assert not set(COMPANIES) & set(rules().recipients)
    assert set(Tally.objects.filter(source="synthetic").values_list("platform", flat=True)) == {
        "",
        *COMPANIES,
    }


def test_an_installation_without_it_has_no_such_page(reader: Client) -> None:
    assert reader.get("/synthetic/").status_code == 404
    assert reader.get("/synthetic/scorecard.csv").status_code == 404


@pytest.mark.usefixtures("invented")
def test_the_same_seed_draws_the_same_history(reader: Client, clock: FixedClock) -> None:
    first = text(reader, "/synthetic/scorecard.csv")
    services.load_synthetic(now=clock.at)
    assert text(reader, "/synthetic/scorecard.csv") == first


@pytest.mark.usefixtures("invented")
def test_every_chart_has_words_a_table_and_a_file(reader: Client) -> None:
    page = text(reader, "/synthetic/scorecard/murmur")
    [figure] = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert 'role="img"' in figure
    assert "<title" in figure
    assert "<desc" in figure
    assert "<figcaption" in figure
    after = page[page.index("</figure>") :]
    assert "In figures" in after
    assert "/synthetic/scorecard/murmur.csv" in after
    shares = [int(row["share_per_mille"]) for row in rows(reader, "/synthetic/scorecard/murmur.csv")]
    assert 995 <= sum(shares) <= 1005


@pytest.mark.usefixtures("invented")
def test_suppressed_months_say_so_and_why(reader: Client) -> None:
    months = {row["period"]: row for row in rows(reader, "/synthetic/counts.csv") if row["unit"] == "reports"}
    first = min(key for key in months if key != "all")
    assert (months[first]["count"], months[first]["why_missing"]) == ("", "joined")
    page = text(reader, f"/synthetic/?period={first}")
    assert "Counted together with neighbouring months" in page


# -- for everybody, and kept ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("invented")
@pytest.mark.parametrize("route", ROUTES)
def test_no_page_sets_a_cookie_and_each_may_be_kept(reader: Client, route: str) -> None:
    answer = reader.get(f"/synthetic/{route}")
    assert not answer.cookies
    assert answer["Cache-Control"].startswith("public, max-age=")
    if not route.endswith(".csv"):
        assert {"Cookie", "Accept-Language"} <= {one.strip() for one in answer["Vary"].split(",")}
    assert reader.post(f"/synthetic/{route}").status_code in {403, 405}


def test_no_other_surface_lets_a_page_be_kept() -> None:
    for client in (cast.survivor(), cast.stranger()):
        assert client.get("/")["Cache-Control"] == "no-store"
        assert client.get("/scorecard").status_code == 404


def test_an_error_page_of_the_record_has_no_exit_and_is_not_kept(reader: Client) -> None:
    answer = reader.get("/nothing-here")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    assert b"Public record" in answer.content
    assert b'class="exit"' not in answer.content


@pytest.mark.usefixtures("invented")
@pytest.mark.parametrize(
    "period", ["2026-13", "' OR 1=1", "2026-02\x00", "\u0662\u0660", "all ", "x" * 5000, ""]
)
def test_a_period_that_is_none_is_not_found(reader: Client, period: str) -> None:
    answer = reader.get("/synthetic/scorecard", {"period": period})
    assert answer.status_code == 404
    assert "OR 1=1" not in html.unescape(answer.content.decode())
    assert len(answer.content) < 20_000


@pytest.mark.usefixtures("invented")
def test_a_page_reads_what_was_published_and_counts_nothing(
    reader: Client, django_assert_max_num_queries: object
) -> None:
    reader.get("/synthetic/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        reader.get("/synthetic/")
    Snapshot.objects.filter(period="2026-01").delete()
    assert reader.get("/synthetic/?period=2026-01").status_code == 404


# -- the ledger's files --------------------------------------------------------------------------------------------


def test_the_published_ledger_can_be_fetched_and_verified(
    reader: Client, world: World, clock: FixedClock, tmp_path: object
) -> None:
    handed_over(clock.at, 12)
    forward(clock, timedelta(days=2))
    folder = world.letters and tmp_path / "copy"  # type: ignore[operator]
    (folder / "tile").mkdir(parents=True)
    for name in ("checkpoint", "vkey"):
        answer = reader.get(f"/ledger/{name}")
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Access-Control-Allow-Origin"] == "*"
        (folder / name).write_bytes(answer.content)
    size = int((folder / "checkpoint").read_text().split("\n")[1])
    for name in (f"0/000.p/{size}", f"entries/000.p/{size}"):
        answer = reader.get(f"/ledger/tile/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer["Cache-Control"]
        (folder / "tile" / name).parent.mkdir(parents=True)
        (folder / "tile" / name).write_bytes(answer.content)
    verdict = verify_folder(folder, (folder / "vkey").read_text().strip(), older=None)
    assert verdict.exit_status == 0, verdict.sentence
    assert str(size) in text(reader, "/verify")


@pytest.mark.parametrize(
    "path",
    [
        "0/../../checkpoint",
        "..%2f..%2fkeys",
        "0/000/../000",
        "entries/000.p/0",
        "%00",
        "0/000.p/999",
        "9/9",
        "",
        "0/x001",
    ],
)
def test_only_tiles_are_served_from_the_ledgers_folder(
    reader: Client, world: World, clock: FixedClock, path: str
) -> None:
    handed_over(clock.at, 12)
    ledger.publish(now=clock.at)
    assert reader.get(f"/ledger/tile/{path}").status_code == 404


def test_before_the_first_checkpoint_there_is_none(reader: Client, world: World) -> None:
    assert reader.get("/ledger/checkpoint").status_code == 404
    assert "Nothing is published yet" in text(reader, "/verify")


# -- words -----------------------------------------------------------------------------------------------------------


def test_the_methods_are_the_same_words_everywhere(reader: Client) -> None:
    page = text(reader, "/methods")
    for section in SECTIONS:
        assert section.title in page
        assert all(paragraph in page for paragraph in section.paragraphs)


def test_what_others_published_stands_apart_with_its_source(reader: Client) -> None:
    page = text(reader, "/others")
    assert "Published by others, not measured here" in page
    for figure in others.published():
        assert figure.source in page
    assert others.published()[0].what not in text(reader, "/methods")


def test_corrections_are_shown_with_day_and_period(reader: Client, clock: FixedClock) -> None:
    services.record_correction(period="2026-02", words="Two notices were counted twice <b>.", now=clock.at)
    page = reader.get("/corrections").content.decode()
    assert "Two notices were counted twice &lt;b&gt;." in page
    assert "February 2026" in page


def test_the_host_is_in_the_configuration() -> None:
    assert settings.SURFACES[cast.PUBLIC] == "recourse.config.urls_public"
