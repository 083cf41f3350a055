"""How the tests of notices come by notices and mails: through the services, with a small world around them.

`World` stands for what is outside: a platform whose posts are up or gone, and a postbox that takes mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import UUID

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from recourse.base.core.fetch import DEFAULT_LIMITS, Fetched, Fetcher, FetchLimits
from recourse.base.core.fetch_errors import NoAnswerError
from recourse.base.jobs import selectors as queue
from recourse.base.jobs.ports import Delivery, Transports
from recourse.base.jobs.worker import work_once
from recourse.base.ledger.ports import LedgerFolder
from recourse.base.vault.domain import DataKey
from recourse.people.accounts.domain import Actor, Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, ChannelReason, Choice, Grounds
from recourse.work.cases.models import Case, Item
from recourse.work.notices import services
from recourse.work.notices.domain import NoticeState
from recourse.work.notices.models import InboundMail, Notice
from recourse.work.notices.selectors.letters import unsigned_digest
from tests.work.cases.making import actor, add, open_case

OFFICER = actor(Role.OFFICER)
CHANNEL = "tg-abuse"
ALWAYS_UP = {"telegram"}  # the platform's own channel, which serves as control
LIVE = '<div class="tgme_widget_message" data-post="{post}"><div class="tgme_widget_message_text">A harbour at dusk.</div></div>'
GONE = '<div class="tgme_widget_message"><div class="tgme_widget_message_error">Post not found</div></div>'


@dataclass
class World:
    """The outside: posts that are gone, whether anything answers, and what was handed over."""

    gone: set[str] = field(default_factory=set)
    silent: bool = False
    letters: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    tried: list[bytes] = field(default_factory=list)  # what was about to be handed over, at each try
    failures: list[Exception] = field(default_factory=list)

    @property
    def vantages(self) -> tuple[str, ...]:
        return ("home",)

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        """Answer as the platform does: 200 either way."""
        assert limits.body_bytes > 0
        if self.silent:
            raise NoAnswerError("silent")
        post = urlsplit(url).path.strip("/")
        body = (GONE if post in self.gone else LIVE.format(post=post)).encode()
        return Fetched(
            url=url,
            final_url=url,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=body,
            truncated=False,
            redirects=(),
            fetched_at=now,
            wire_digest=hashlib.sha256(body).hexdigest(),
            vantage=vantage,
        )

    def named(self, name: str) -> World:
        assert name == "smtp"
        return self

    def deliver(self, *, outbox_id: UUID, envelope: Mapping[str, str], body: bytes) -> Delivery:
        """Take a mail over, or fail as told."""
        now = wiring.resolve(Clock).now()  # type: ignore[type-abstract]
        services.leave(outbox_id=outbox_id, now=now)
        self.tried.append(body)
        if self.failures:
            raise self.failures.pop(0)
        self.letters.append((dict(envelope), body))
        return Delivery("250 taken", now)

    @contextmanager
    def around(self) -> Iterator[World]:
        """Put this world where the real one would be, with a log of its own: a folder outlives a rolled-back table."""
        with (
            TemporaryDirectory() as folder,
            wiring.bound(Fetcher, self),  # type: ignore[type-abstract]
            wiring.bound(Transports, self),  # type: ignore[type-abstract]
            wiring.bound(LedgerFolder, LedgerFolder(Path(folder))),
        ):
            yield self


def settle(now: datetime) -> None:
    """Work until nothing is due."""
    for _ in range(200):
        if not work_once(now=now):
            assert not queue.failed_jobs(), queue.failed_jobs()
            return
    raise AssertionError("the queue does not come to rest")


def forward(clock: FixedClock, by: timedelta) -> datetime:
    """Let time pass in the steps of what is due, as the demo's clock does."""
    end = clock.at + by
    while True:
        settle(clock.at)
        due = queue.next_due(after=clock.at)
        if due is None or due > end:
            clock.at = end
            settle(end)
            return end
        clock.at = due


def report(
    now: datetime,
    *numbers: int,
    mandate: bool = True,
    age_band: AgeBand = AgeBand.ADULT,
    choice: Choice = Choice.GO_ON,
) -> tuple[Case, list[Item]]:
    """A case with posts of one channel, whose survivor has chosen how to ask about it."""
    case, key = open_case(now, mandate=mandate, age_band=age_band)
    if choice is not Choice.NOT_YET:
        choose(case, key, now, choice)
    items = [add(case, key, now, number=number) for number in numbers or (12,)]
    return case, items


def choose(
    case: Case, key: DataKey, now: datetime, choice: Choice = Choice.GO_ON, *, channel: str = CHANNEL
) -> None:
    """She is asked about a channel and chooses."""
    cases.ask_choice(case_id=case.id, channel_id=channel, reasons=[ChannelReason.TELLS_POSTER], now=now)
    cases.make_choice(case_id=case.id, channel_id=channel, choice=choice, key=key, now=now)


def assess(case: Case, items: list[Item], now: datetime, *, in_scope: bool = True) -> UUID:
    """An officer decides."""
    return cases.assess(
        case_id=case.id,
        item_ids=[item.id for item in items],
        in_scope=in_scope,
        basis="statement",
        grounds=[Grounds.SYNTHETIC_SEXUAL] if in_scope else [],
        reasons="as she says",
        actor=OFFICER,
        now=now,
    ).id


def drafted(
    now: datetime, *numbers: int, mandate: bool = True, age_band: AgeBand = AgeBand.ADULT
) -> tuple[Case, Notice]:
    """A case whose notice is drafted, places probed and captured."""
    case, items = report(now, *numbers, mandate=mandate, age_band=age_band)
    assess(case, items, now)
    settle(now)
    alone(case, now)
    return case, Notice.objects.get(case=case, kind="removal")


def approved(now: datetime, *numbers: int) -> tuple[Case, Notice]:
    """A case whose notice is approved; the worker has not begun."""
    case, notice = drafted(now, *numbers)
    approve(notice.id, now)
    return case, fresh(notice)


def approve(notice_id: UUID, now: datetime, *, actor: Actor = OFFICER) -> None:
    """An officer approves the letter as it stands now."""
    digest = unsigned_digest(Notice.objects.get(id=notice_id), on=now)
    services.approve(notice_id=notice_id, digest=digest, actor=actor, now=now)


def handed_over(now: datetime, *numbers: int) -> tuple[Case, Notice]:
    """A case whose notice was handed over."""
    case, notice = approved(now, *numbers)
    settle(now)
    return case, fresh(notice)


def joined_by(now: datetime, number: int = 12, *, approved: bool = True) -> tuple[Case, UUID]:
    """A second survivor who reports the same post, assessed and her joining approved; her case, her item's id."""
    case, items = report(now, number)
    assess(case, items, now)
    settle(now)
    alone(case, now)
    if approved:
        approve(removal_of(case).id, now)
        settle(now)
    return case, items[0].id


def alone(case: Case, now: datetime) -> None:
    """Cancel what was drafted beside the removal, so that a test sees one notice."""
    for notice in Notice.objects.filter(case=case, kind="preservation", state__in=["ready", "incomplete"]):
        services.cancel(notice_id=notice.id, actor=OFFICER, now=now)


def removal_of(case: Case) -> Notice:
    """The latest request for removal that was drafted for a case."""
    found = Notice.objects.filter(case=case, kind="removal").order_by("created_at")
    ended = {NoticeState.CANCELLED, NoticeState.CLOSED}
    return max(found, key=lambda notice: (notice.created_at, notice.state not in ended))


def fresh(notice: Notice) -> Notice:
    """The notice as the database has it now."""
    return Notice.objects.get(pk=notice.pk)


def letter(world: World, number: int = -1) -> EmailMessage:
    """A letter that was handed over, parsed."""
    found = message_from_bytes(world.letters[number][1], _class=EmailMessage, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def reply_address(world: World, number: int = -1) -> str:
    """Where the recipient's answers go."""
    return world.letters[number][0]["from"]


def mail(
    text: str = "The content has been removed.", *, sender: str = "support@vidra.example", **headers: str
) -> EmailMessage:
    """A mail as a platform's desk writes it."""
    found = EmailMessage()
    found["From"], found["Subject"] = sender, "Re: your request"
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found


def receive(message: EmailMessage | bytes, to: str, now: datetime) -> InboundMail:
    """Take a mail in and have it read."""
    raw = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
    mail_id = services.receive_mail(raw=raw, recipients=[to], now=now)
    settle(now)
    return InboundMail.objects.get(id=mail_id)


def person(role: Role) -> Actor:
    """Somebody with another role."""
    return actor(role, 7)
