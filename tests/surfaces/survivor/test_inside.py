"""The pages of an open case beside the status: each does what it says, and loses nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.jobs.domain import ArrivalUnknownError, UndeliverableError
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import ENDING_WAITS, AgeBand, CaseState, LinkSeen
from recourse.work.cases.models import Case, Item
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import Confirmed, Reached, Tell
from recourse.work.hotline.selectors import pickup_of, reached_of
from recourse.world.checks.models import Availability
from recourse.world.locations.domain import Resolved, resolve_line
from recourse.world.locations.models import Place
from tests import cast
from tests.surfaces.survivor.inside import Inside, inside
from tests.surfaces.survivor.test_report import ANSWERS, code_on, fill
from tests.surfaces.visits import Page, Visitor, check_page
from tests.work.cases.making import actor, add, web_process
from tests.work.hotline.reaching import BY_PHONE
from tests.work.hotline.reaching import her as reported
from tests.work.notices.making import World, approve, assess, choose, forward, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGES = (
    "/case",
    "/case/questions",
    "/case/messages",
    "/case/add",
    "/case/done",
    "/case/yours",
    "/case/end/permission",
    "/case/end/case",
    "/case/freeze",
    "/case/copy",
    "/case/place/1",
)


@pytest.fixture
def hers(her: Visitor, clock: FixedClock) -> Inside:
    made = inside(clock.at)
    add(made.case, made.key, clock.at)
    made.enter(her)
    return made


def private() -> Resolved:
    found = resolve_line("https://t.me/+AbCdEfGhIjKlMnOp")
    assert found is not None
    assert found.private
    return found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound_without_the_identity(her: Visitor, hers: Inside, home: Path, path: str) -> None:
    with web_process(home):
        page = her.get(path)
        assert page.path == path
        check_page(page)
        assert "dusk_harbour" not in page.html
        assert hers.case.number not in page.html
        assert hers.code not in page.html


@pytest.mark.parametrize("path", PAGES)
def test_without_a_code_no_page_opens(her: Visitor, path: str) -> None:
    assert "Open my case" in her.get(path).text


# -- her own names ------------------------------------------------------------------------------------------
def test_she_names_a_place_and_renames_it(her: Visitor, hers: Inside) -> None:
    page = her.submit(her.get("/case/place/1"), {"name": "  the <b>blue</b>  one "})
    assert page.path == "/case"
    assert "the <b>blue</b> one" in page.text
    assert "&lt;b&gt;blue" in page.html
    item = Item.objects.get(case=hers.case)
    assert b"blue" not in bytes(item.name)
    page = her.submit(her.get("/case/place/1"), {"name": "x" * 81})
    assert page.status == 413
    assert page.form("/case/place/1")["name"] == ["x" * 81]
    her.submit(page, {"name": ""})
    assert "blue" not in her.get("/case").text


def test_what_she_wrote_is_shown_on_a_press_as_text_and_nowhere_else(her: Visitor, hers: Inside) -> None:
    page = her.get("/case/place/1")
    shown = her.submit(page, {"show": "1"})
    check_page(shown)
    assert "https://t.me/dusk_harbour/12" in shown.text
    assert not any("t.me" in link for link in shown.links())
    assert "dusk_harbour" not in her.get("/case/place/1").html
    assert "dusk_harbour" not in her.get("/case").html
    assert her.get("/case/place/2").status == 404


def test_invariant_12_on_the_minor_path_it_is_not_shown_again(her: Visitor, clock: FixedClock) -> None:
    """12. Minors: no page of ours shows again where such a picture is."""
    young = inside(clock.at, age_band=AgeBand.MINOR)
    add(young.case, young.key, clock.at)
    young.enter(her)
    page = her.get("/case/place/1")
    assert "Show what I wrote" not in page.text
    refused = her.submit(page, {"show": "1"})
    assert refused.status == 403
    assert "dusk_harbour" not in refused.html
    copied = her.client.post("/case/copy", {"machine": "1", **her.get("/case/copy").form()})
    assert b"dusk_harbour" not in copied.content
    page = her.get("/case")
    assert "Nobody here looks at the picture" in page.text
    assert "We pass on where it is" in page.text


def test_an_adult_s_page_says_nothing_of_minors(her: Visitor, hers: Inside) -> None:
    assert "under 18" not in her.get("/case").text


# -- a link that may be hers alone --------------------------------------------------------------------------
def test_a_private_link_is_not_opened_before_she_answers(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    services.add_item(case_id=hers.case.id, key=hers.key, resolved=private(), now=clock.at)
    item = Item.objects.get(case=hers.case, number=2)
    assert item.link == LinkSeen.ASKED
    assert not Availability.objects.filter(place_id=item.place_id).exists()
    page = her.get("/case")
    assert "We have 1 question for you" in page.text
    assert "Nobody opens this link" in page.text
    page = her.get("/case/questions")
    check_page(page)
    her.submit(page, {"seen": "sent_to_her"}, action="/case/link")
    assert "question for you" not in her.get("/case").text
    assert not Availability.objects.filter(place_id=item.place_id).exists()
    clock.advance(timedelta(hours=2))
    her.submit(her.get("/case/questions"), {"seen": "public"}, action="/case/link")
    item.refresh_from_db()
    assert (item.link, item.link_at) == (LinkSeen.PUBLIC, clock.at)
    assert Availability.objects.filter(place_id=item.place_id).exists()
    assert Place.objects.filter(id=item.place_id, private=False).exists()
    clock.advance(timedelta(hours=2))
    her.submit(her.get("/case/questions"), {"seen": "sent_to_her"}, action="/case/link")
    assert Place.objects.filter(id=item.place_id, private=True).exists(), (
        "planned looks are not made after she thought better of it"
    )


def test_an_answer_about_a_link_that_was_not_asked_about_is_refused(her: Visitor, hers: Inside) -> None:
    form = her.get("/case/questions")
    token = her.get("/case/add").form()["csrfmiddlewaretoken"]
    for number, seen, status in (
        ("1", "public", 404),
        ("9", "public", 404),
        ("x", "public", 404),
        ("1", "dusk", 400),
    ):
        values: dict[str, str | list[str]] = {"number": number, "seen": seen, "csrfmiddlewaretoken": token}
        assert her.post("/case/link", values).status == status
    assert form.status == 200


# -- adding and writing -------------------------------------------------------------------------------------
def test_she_adds_a_place_and_words(her: Visitor, hers: Inside, clock: FixedClock, world: World) -> None:
    page = her.submit(her.get("/case/add"), {"places": "https://t.me/dusk_harbour/77", "words": "seen today"})
    assert page.path == "/case"

    settle(clock.at)
    page = her.get("/case")
    assert len(page.tree.css(".place")) == 2
    assert "1 thing you wrote" in page.text
    assert "seen today" not in page.html


def test_an_addition_that_is_empty_or_too_long_stands_again(her: Visitor, hers: Inside) -> None:
    page = her.submit(her.get("/case/add"), {"places": " ", "words": ""})
    assert page.tree.css_first('.say[data-code="nothing_written"]') is not None
    page = her.submit(her.get("/case/add"), {"places": "a", "words": "y" * 20_001})
    assert page.status == 413
    assert page.form("/case/add")["places"] == ["a"]
    assert page.form("/case/add")["words"] == ["y" * 20_001]


def test_messages_go_both_ways_on_her_page(her: Visitor, hers: Inside, clock: FixedClock) -> None:
    page = her.submit(her.get("/case/messages"), {"text": "a <i>boat</i>"})
    assert "a <i>boat</i>" in page.text
    officer = cast.officer()
    opened = selectors.access_case(
        actor=officer, case_id=hers.case.id, purpose="answer_survivor", now=clock.at
    )
    clock.advance(timedelta(minutes=5))
    hotline.write_to_her(case=opened, text="we saw it too", actor=officer, now=clock.at)
    page = her.get("/case")
    assert "You have 1 new message" in page.text
    assert "Officer 01 : wrote to you" in page.text
    assert "we saw it too" not in page.html
    assert "we saw it too" in her.get("/case/messages").text
    assert "new message" not in her.get("/case").text


# -- ending, freezing, a new code ---------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["permission", "case"])
def test_she_ends_it_and_takes_it_back(her: Visitor, hers: Inside, kind: str) -> None:
    page = her.submit(her.get(f"/case/end/{kind}"), action=f"/case/end/{kind}")
    assert page.path == "/case"
    assert "Since you asked, nothing is sent." in page.text
    assert not Item.objects.get(case=hers.case).mandate_active
    page = her.submit(page, action="/case/keep")
    assert "Since you asked" not in page.text
    assert Item.objects.get(case=hers.case).mandate_active
    assert "Taken back: everything stays as it was" in page.text


@pytest.mark.parametrize("kind", ["permission", "case"])
def test_what_is_late_to_become_final_reads_the_same_whether_she_was_called_or_how_that_went(
    her: Visitor, clock: FixedClock, world: World, kind: str
) -> None:
    made = reported(clock.at, BY_PHONE)
    her.submit(her.get("/case"), {"code": made.code}, action="/case")
    page = her.submit(her.get(f"/case/end/{kind}"), action=f"/case/end/{kind}")
    said = "This case is erased after" if kind == "case" else "The permission ends for good after"
    assert said in page.text
    forward(clock, ENDING_WAITS + timedelta(hours=1))
    waiting = shown(her.get("/case"))
    assert "yet" in waiting
    assert "we make sure that it was you" in waiting
    calls = [row for row in reached_of(made.case_id) if row.what is Tell.ENDING]
    for row in calls:
        hotline.record_reached(
            outreach_id=row.id, outcome=Reached.NOT_SAFE, actor=actor(Role.OPERATOR), now=clock.at
        )
    forward(clock, timedelta(days=30))
    assert shown(her.get("/case")) == waiting
    assert "not safe" not in her.get("/case/done").text
    page = her.submit(her.get("/case/yours"), action="/case/keep")
    assert "Since you asked" not in page.text


def shown(page: Page) -> str:
    """What the page says of an ending."""
    (box,) = (node for node in page.tree.css("form.say") if node.attributes.get("action") == "/case/keep")
    check_page(page)
    return box.text(separator=" ")


def test_an_order_to_keep_the_case_is_said_of_an_erasing_that_waits(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    her.submit(her.get("/case/end/case"), action="/case/end/case")
    services.set_legal_hold(case_id=hers.case.id, hold=True, actor=actor(Role.SUPERVISOR), now=clock.at)
    assert "A court or an authority has ordered us" in shown(her.get("/case"))


def test_erasing_says_what_was_sent_and_when_it_is_complete(her: Visitor, hers: Inside) -> None:
    page = her.get("/case/end/case")
    assert "Nothing was sent outside for this case." in page.text
    assert "12 Mar 2026" in page.text, "three days, and seven of the key backups"


def test_erasing_leaves_out_nothing_that_left_or_may_have_left(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    """A request to keep evidence is outside as much as one to remove; so is, perhaps, one stopped on its way."""
    with World().around() as world:
        _hand_over(hers, clock, kind="preservation")
        page = her.get("/case/end/case")
        assert "Place 1: asked Telegram" in page.text
        assert "may have arrived" not in page.text
        world.failures = [ArrivalUnknownError("lost"), UndeliverableError("550")]
        clock.advance(timedelta(minutes=1))
        _hand_over(hers, clock, kind="removal")
        forward(clock, timedelta(minutes=10))
    page = her.get("/case/end/case")
    check_page(page)
    assert "Place 1: a request to Telegram was stopped on its way" in page.text
    assert "Place 1: asked Telegram" in page.text
    copied = her.client.post("/case/copy", {"machine": "1", **her.get("/case/copy").form()})
    copy = json.loads(b"".join(copied) if copied.streaming else copied.content)  # type: ignore[call-overload]
    assert [one["certain"] for one in copy["sent_outside"]] == [True, False]
    assert "Perhaps asked" in her.get("/case").text


def _hand_over(hers: Inside, clock: FixedClock, *, kind: str) -> None:
    """Her place is decided on, and the request of this kind approved."""
    if not hers.case.notices.exists():
        choose(hers.case, hers.key, clock.at)
        assess(hers.case, list(hers.case.items.all()), clock.at)
        settle(clock.at)
    approve(hers.case.notices.get(kind=kind).id, clock.at)
    settle(clock.at)


def test_an_order_to_keep_the_case_is_said(her: Visitor, hers: Inside, clock: FixedClock) -> None:
    services.set_legal_hold(case_id=hers.case.id, hold=True, actor=actor(Role.SUPERVISOR), now=clock.at)
    form = her.get("/case/end/permission")
    page = her.get("/case/end/case")
    assert "A court or an authority has ordered us" in page.text
    refused = her.post("/case/end/case", form.form())
    assert refused.status == 409
    assert refused.tree.css_first('.say[data-code="legal_hold"]') is not None
    assert her.get("/case/end/dusk").status == 404


def test_someone_else_has_my_code(her: Visitor, hers: Inside) -> None:
    page = her.submit(her.get("/case/freeze"))
    check_page(page)
    assert "The code is stopped" in page.text
    assert Case.objects.get().state == CaseState.FROZEN
    assert "Open my case" in her.get("/case").text
    wrong = her.submit(her.get("/case"), {"code": hers.code}, action="/case")
    unknown = her.submit(her.get("/case"), {"code": "7" * 24}, action="/case")
    assert wrong.status == unknown.status == 404
    bare = [one.html.replace(hers.code, "").replace("7" * 24, "") for one in (wrong, unknown)]
    tokens = [one.form("/case")["csrfmiddlewaretoken"][0] for one in (wrong, unknown)]
    assert bare[0].replace(tokens[0], "") == bare[1].replace(tokens[1], ""), "reads like a wrong code"


def test_a_new_code_is_fetched_with_a_pick_up_code(her: Visitor, clock: FixedClock, home: Path) -> None:
    made = reported(clock.at, BY_PHONE)
    helper = actor(Role.OPERATOR)
    her.submit(her.get("/case"), {"code": made.code}, action="/case")
    hotline.ask_new_code(case_id=made.case_id, by_mail=False, actor=helper, now=clock.at)
    assert "A new code was asked for" in her.get("/case").text
    found = pickup_of(made.case_id)
    assert found is not None
    hotline.confirm_new_code(pickup_id=found.id, how=Confirmed.ANSWERED, actor=helper, now=clock.at)
    secret = hotline.hand_over(pickup_id=found.id, actor=helper, now=clock.at)
    with web_process(home):
        page = her.submit(her.get("/code/new"), {"pickup": "0" * 24}, action="/code/new")
        assert (page.status, page.form("/code/new")["pickup"]) == (404, ["0" * 24])
        check_page(page)
        page = her.submit(page, {"pickup": secret.lower()}, action="/code/new")
        check_page(page)
        code = page.tree.css_first("#whole").attributes["value"]  # type: ignore[union-attr]
        assert code is not None
        assert "Open my case" in her.get("/case").text, "the page that was open under the old code ends"
        again = her.submit(her.get("/code/new"), {"pickup": secret}, action="/code/new")
        assert again.tree.css_first("#whole").attributes["value"] == code  # type: ignore[union-attr]
        page = her.submit(again, action="/code/fetched")
        assert page.path == "/case"
        assert "New code fetched; the old one is dead" in page.text
        gone = her.submit(her.get("/code/new"), {"pickup": secret}, action="/code/new")
        assert gone.status == 404
    assert all(code.replace("-", "") not in page.path for page in her.seen)


def test_her_page_stops_a_new_code_that_she_did_not_ask_for(her: Visitor, clock: FixedClock) -> None:
    made = reported(clock.at, BY_PHONE)
    her.submit(her.get("/case"), {"code": made.code}, action="/case")
    hotline.ask_new_code(case_id=made.case_id, by_mail=False, actor=actor(Role.OPERATOR), now=clock.at)
    page = her.submit(her.get("/case"), action="/case/stop-code")
    assert "A new code was asked for" not in page.text
    assert pickup_of(made.case_id) is None


# -- a copy -------------------------------------------------------------------------------------------------
def test_a_copy_holds_what_is_hers_and_nothing_of_others(
    her: Visitor, clock: FixedClock, world: World
) -> None:

    shown = her.submit(fill(her, ANSWERS), action="/report/send")
    code = code_on(shown)
    her.submit(shown, action="/code/kept")
    settle(clock.at)
    other = inside(clock.at)
    add(other.case, other.key, clock.at)
    form = her.get("/case/copy")
    assert "Whoever finds this file can read it without a code" in form.text
    made = her.client.post("/case/copy", {"machine": "1", **form.form()})
    assert made.headers["Content-Disposition"] == 'attachment; filename="notes.json"'
    assert made.headers["Cache-Control"] == "no-store"
    content = json.loads(made.content)
    assert content["places"][0]["address"].startswith("https://t.me/dusk_harbour/")
    said = [answer["answer"] for report in content["told"] for answer in report["answers"]]
    assert any("neighbour" in words for words in said)
    assert code not in made.content.decode()
    assert other.case.number not in made.content.decode()
    page = her.client.post("/case/copy", {"page": "1", **her.get("/case/copy").form()})
    assert page.headers["Content-Disposition"] == 'attachment; filename="notes.html"'
    assert "neighbour" in page.content.decode()
    assert "A copy of your case was saved" in her.get("/case").text
