"""Links that lead inside: taken as words or places, never dialled, told by a code."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator

import httpcore
import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import OutsideError
from recourse.base.core.fetch import Fetcher, GuardedDialler, SafeFetcher
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases
from recourse.work.cases.models import Case, Item
from recourse.work.hotline import selectors as hotline
from recourse.work.hotline.domain import MAX_PLACES
from recourse.work.hotline.models import Mention, Report
from recourse.world.checks.models import Availability, Probe
from recourse.world.locations.models import Place
from tests import cast
from tests.base.core.test_fetch_guard import INSIDE as INSIDE_LITERALS
from tests.surfaces.survivor.test_report import fill
from tests.surfaces.visits import Visitor, visitor
from tests.work.cases.making import actor
from tests.work.notices.making import settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]

PUBLIC = "93.184.215.14"
REFUSALS = {"address_refused", "bad_url", "scheme_refused", "port_refused", "downgrade_refused"}
HOSTS_INSIDE = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1",  # noqa: S104 - to be refused
    "0177.0.0.1", "017700000001", "127.0.0.1.", "00000177.0.0.1", "127.000.000.001", "%31%32%37.0.0.1",
    "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021", "localhost", "LOCALHOST",
    "localhost.", "a.localhost", "localhost.localdomain", "harbour.local", "harbour.internal", "router.lan",
    "printer.home.arpa", "10.0.0.1", "10.1", "0xa000001", "172.16.0.1", "172.31.255.254", "192.168.1.1", "192.168.257",
    "3232235777", "100.64.0.1", "169.254.169.254", "169.254.43518", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376",
    "metadata.google.internal", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "240.0.0.1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]",
    "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]",
    "[ff02::1]", "[::ffff:169.254.169.254]", "[v1.dusk]", "127.0.0.1.nip.example", "inside.example", "mixed.example",
]  # fmt: skip
NAMES = {"127.0.0.1.nip.example": ["127.0.0.1"], "inside.example": ["10.0.0.1"],
         "mixed.example": [PUBLIC, "127.0.0.1"], "t.me": [PUBLIC]}  # fmt: skip
LYING = [name for name in NAMES if name != "t.me"]
SHAPES = ["http://{}/", "https://{}/latest/meta-data/", "https://{}:443/x", "https://t.me@{}/dusk_harbour/12"]
ODD = [
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/",
    "unix:///run/harbour.sock", "http://127.0.0.1:22/", "https://t.me:6379/dusk_harbour/12", "http:///127.0.0.1/",
    "http://t.me\\@127.0.0.1/", "http://127.0.0.1#@t.me/", "http://127.0.0.1?@t.me/", "http://[::1", "http://",
    "//127.0.0.1/", "http://user:word@127.0.0.1/", "http://127.0.0.1\r\nHost: t.me/", "http://127.0.0.1\t/", "jar:x!/",
]  # fmt: skip
LINKS = [*ODD, *(shape.format(host) for host in HOSTS_INSIDE for shape in SHAPES)]


class Outside:
    """A name system that tells any lie, and a network that writes down what is dialled."""

    def __init__(self) -> None:
        self.answers: Callable[[str], list[str]] = lambda host: NAMES.get(host.rstrip("."), []) or libc(host)
        self.dialled: list[str] = []
        self.asked: list[str] = []
        self.pages: list[bytes] = []

    def resolve(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.answers(host)

    def dial(self, literal: str, _port: int, _timeout: float | None) -> httpcore.NetworkStream:
        self.dialled.append(literal)
        if not self.pages:
            raise httpcore.ConnectError("nobody there")
        return httpcore.MockStream([self.pages.pop(0)])

    def fetcher(self) -> SafeFetcher:
        dialler = GuardedDialler(resolver=self.resolve, dial=self.dial)
        return SafeFetcher({"home": dialler}, ssl.create_default_context(), "Recourse/test")


def libc(host: str) -> list[str]:
    """What the system's resolver makes of numbers: it takes every odd spelling."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None


@pytest.fixture
def outside() -> Iterator[Outside]:
    found = Outside()
    with wiring.bound(Fetcher, found.fetcher()):  # type: ignore[type-abstract]
        yield found


@pytest.fixture
def her() -> Visitor:
    return visitor(cast.survivor())


def report(her: Visitor, places: str) -> Case:
    page = her.submit(fill(her, {"places": {"places": places}}), action="/report/send")
    assert page.path == "/code", page.text
    return Case.objects.get()


def codes() -> set[str]:
    return {*Probe.objects.values_list("verdict", "marker")}


# -- as somebody writes them --------------------------------------------------------------------------------


def test_links_that_lead_inside_are_kept_as_words_and_never_looked_up(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    plain = [link for link in LINKS if not any(name in link for name in LYING)]
    case = report(her, "\n".join(link.replace("\r\n", " ") for link in plain)[:19_500])
    settle(clock.at)
    assert Report.objects.get().read_at is not None
    assert Place.objects.count() == Item.objects.filter(case=case).count() == 0
    assert Mention.objects.filter(state="waiting_for_person").count() > 200
    assert (outside.asked, outside.dialled) == ([], [])


def test_names_that_lead_inside_are_places_and_refused_when_they_are_visited(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    report(her, "\n".join(f"https://{name}/latest/meta-data/" for name in LYING))
    settle(clock.at)
    assert set(Place.objects.values_list("platform", "kind")) == {("web", "page")}
    assert Place.objects.count() == len(LYING)
    assert codes() == {("unreachable", "address_refused")}
    assert outside.dialled == []


@pytest.mark.parametrize("link", LINKS)
def test_the_fetcher_refuses_each_by_code_and_dials_nothing(
    outside: Outside, clock: FixedClock, link: str
) -> None:
    with pytest.raises(OutsideError) as refused:
        outside.fetcher().fetch(link, now=clock.at)
    assert refused.value.code in REFUSALS, refused.value.code
    assert not refused.value.retryable
    assert outside.dialled == []


# -- as a name leads to them --------------------------------------------------------------------------------


def test_a_public_post_whose_name_leads_inside_is_refused_by_code(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    literals = [literal for literal in INSIDE_LITERALS if literal]
    rest = [[literal] for literal in literals] + [[PUBLIC, literal] for literal in literals[:5]]
    told = list(rest)
    outside.answers = lambda _host: told.pop() if told else ["127.0.0.1"]
    case = report(her, "\n".join(f"https://t.me/dusk_harbour/{n}" for n in range(1, len(rest) + 1)))
    settle(clock.at)
    assert Item.objects.filter(case=case).count() == len(rest)
    assert Probe.objects.count() >= len(rest)
    assert codes() == {("unreachable", "address_refused")}
    assert set(Availability.objects.values_list("state", flat=True)) == {"unreachable"}
    assert len(outside.asked) >= len(rest)
    assert outside.dialled == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_that_sends_us_inside_is_refused_at_the_second_step(
    her: Visitor, outside: Outside, clock: FixedClock, status: int
) -> None:
    targets = [
        link
        for link in LINKS
        if "\r" not in link and "\t" not in link and link.isascii() and "//" in link[:12]
    ]
    step = len(targets) // 5
    for target in targets[[301, 302, 303, 307, 308].index(status) * step :][:step]:
        outside.dialled.clear()
        outside.pages = [
            f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
            for _ in range(9)
        ]
        with pytest.raises(OutsideError) as refused:
            outside.fetcher().fetch("https://t.me/dusk_harbour/12", now=clock.at)
        assert refused.value.code in REFUSALS or target.startswith("//"), (target, refused.value.code)
        assert set(outside.dialled) == {PUBLIC}, target


def test_a_probe_that_is_sent_inside_says_so_and_goes_no_further(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
    outside.pages = [moved] * 20
    report(her, "https://t.me/dusk_harbour/12")
    settle(clock.at)
    assert codes() == {("unreachable", "address_refused")}
    assert set(outside.dialled) == {PUBLIC}


def test_a_name_that_changes_its_mind_is_asked_once_and_dialled_as_checked(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    turns = iter([[PUBLIC], *([["127.0.0.1"]] * 50)])
    outside.answers = lambda _host: next(turns)
    report(her, "https://t.me/dusk_harbour/12")
    settle(clock.at)
    assert set(outside.dialled) == {PUBLIC}
    assert ("unreachable", "no_answer") in codes()


# -- thousands of them --------------------------------------------------------------------------------------


def test_sixteen_hundred_links_are_one_case_and_none_of_them_is_lost(
    her: Visitor, outside: Outside, clock: FixedClock
) -> None:
    outside.answers = lambda _host: ["127.0.0.1"]
    lines = [f"t.me/qz{n // 26:02d}{chr(97 + n % 26)}/1" for n in range(1_600)]
    case = report(her, "\n".join(lines)[:20_000])
    settle(clock.at)
    sent = [line for line in "\n".join(lines)[:20_000].split("\n") if line.endswith("/1")]
    assert len(sent) > 1_300
    assert Item.objects.filter(case=case).count() == MAX_PLACES
    assert Mention.objects.count() == 1, "the lines after them stay together, for a person"
    assert codes() == {("unreachable", "address_refused")}
    assert outside.dialled == []
    assert set(sent) <= read_at_the_desk(case, clock)


def read_at_the_desk(case: Case, clock: FixedClock) -> set[str]:
    """Every line that an officer can read of a case's places and of what waits for a person."""
    opened = cases.access_case(actor=actor(Role.OFFICER), case_id=case.id, purpose="assess", now=clock.at)
    waiting = [one.verbatim for report in hotline.reports_of(opened) for one in report.mentions]
    return {item.url for item in opened.items} | set("\n".join(waiting).split("\n"))


def test_five_thousand_links_are_refused_with_a_sentence_and_stay_in_the_field(her: Visitor) -> None:
    text = "\n".join(f"https://t.me/dusk_harbour/{n}" for n in range(5_000))
    page = her.submit(her.get("/report/places"), {"places": text})
    assert page.status == 413
    assert page.tree.css_first("[data-code=too_long]") is not None
    assert page.form()["places"] == [text]


@pytest.mark.parametrize(
    "unit", ["https://t.me/", "t.me/a/", "[](", "<a href=", "%25", "@", ".", "/", "tg://", "a.b/c,"]
)
def test_a_line_without_end_is_read_in_time(
    her: Visitor, outside: Outside, clock: FixedClock, unit: str
) -> None:
    case = report(her, (unit * 20_000)[:20_000])
    settle(clock.at)
    assert Report.objects.get(case=case).read_at is not None
    assert outside.dialled == []
