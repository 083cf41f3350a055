"""The people behind the stand-ins: how each company treats a notice, and what it writes back.

A company answers to the address that the notice or the form names, by LMTP to the agency. Its pauses are real
time and short; a company that acts later does so when the story says that time has passed (`act`).
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial

from recourse_town.world import Conduct, Post, Town

HOME = "127.0.0.1"  # the country of the agency, as client addresses tell it
SIGNED = "Hello,\n\n{text}\n\nSupport"
RECEIVED = "We received your report. A person will look at it. Your reference is {reference}."
PRESERVE = "Request to preserve"
REMOVED = "the reported content has been removed. Your reference is {reference}."
HIDDEN = "the reported content has been restricted in your country. Your reference is {reference}."
REFUSED = (
    "we reviewed your report {reference} and decided not to remove the content: "
    "it does not go against our community guidelines, because we could not see who is depicted."
)


@dataclass(frozen=True)
class Company:
    """A company of the town, with the address that its desk writes from."""

    name: str
    address: str
    platforms: frozenset[str]
    initial: str  # its references begin with it

    @property
    def domain(self) -> str:
        """Where its mail comes from."""
        return self.address.rpartition("@")[2]


KANAL = Company("Telegram Support", "abuse@telegram.org", frozenset({"telegram"}), "K")
MURMUR = Company("Murmur Support", "support@murmur.example", frozenset({"x"}), "M")
LUMO = Company("Lumo Support", "case@support.lumo.example", frozenset({"facebook", "instagram"}), "L")
VIDRA = Company("Vidra Support", "privacy@vidra.example", frozenset({"youtube"}), "V")
HOSTWORK = Company("Hostwork Abuse Desk", "abuse@hostwork.example", frozenset({"web"}), "H")
AUTHORITY = Company("Deliberation office", "office@authority.example", frozenset({"youtube", "web"}), "A")


@dataclass(frozen=True)
class Received:
    """A notice as a company holds it."""

    company: Company
    posts: tuple[Post, ...]
    reply_to: str
    reference: str
    subject: str = "Your report"
    message_id: str = ""


class Desks:
    """The desks of all companies: they take notices, keep a list of them, and act by each post's conduct."""

    def __init__(self, town: Town, agency: tuple[str, int]) -> None:
        """Take the town, and where the agency takes mail (host, port; LMTP)."""
        self._town = town
        self._agency = agency
        self._open: list[Received] = []
        self.pause = 0.4  # seconds of real time between the steps of an answer

    def reference(self, company: Company) -> str:
        """Return the next reference of a company."""
        return f"{company.initial}-{48_213 + 7 * len(self._town.letters)}"

    def take(self, notice: Received) -> None:
        """File a notice and begin to act on it."""
        self._town.letters.append(
            {
                "message_id": notice.message_id,
                "posts": str(len(notice.posts)),
                "company": notice.company.name,
                "reference": notice.reference,
            }
        )
        conducts = {post.conduct for post in notice.posts}
        if notice.company is AUTHORITY or not conducts or conducts == {Conduct.SILENT}:
            return
        if notice.subject.startswith(PRESERVE):
            self._town.later(self.pause, partial(self._say, notice, RECEIVED, auto=True))
            return  # asked to keep records, they keep records
        self._open.append(notice)
        self._town.later(self.pause, partial(self._say, notice, RECEIVED, auto=True))
        if Conduct.LATER not in conducts:
            self.decide(notice)

    def decide(self, notice: Received) -> None:
        """Do what the conduct of each post says, then write."""
        for conduct, text in (
            (Conduct.REMOVES, REMOVED),
            (Conduct.LATER, REMOVED),
            (Conduct.HIDES, HIDDEN),
            (Conduct.REFUSES, REFUSED),
        ):
            posts = [post for post in notice.posts if post.conduct is conduct]
            if posts:
                self._town.later(self.pause * 2, partial(_do, posts))
                self._town.later(self.pause * 3, partial(self._say, notice, text))

    def act(self, platform: str) -> int:
        """Let a company that waited act now on what it holds; returns on how many notices."""
        waiting = [n for n in self._open if any(p.platform == platform and not p.removed for p in n.posts)]
        for notice in waiting:
            self.decide(notice)
        return len(waiting)

    def _say(self, notice: Received, text: str, *, auto: bool = False) -> None:
        reply = EmailMessage()
        reply["From"], reply["To"] = f"{notice.company.name} <{notice.company.address}>", notice.reply_to
        reply["Subject"] = f"Re: {notice.subject}"
        reply["Date"], reply["Message-ID"] = formatdate(), make_msgid(domain=notice.company.domain)
        if notice.message_id:
            reply["In-Reply-To"] = reply["References"] = notice.message_id
        if auto:
            reply["Auto-Submitted"] = "auto-replied"
        said = text.format(reference=notice.reference)
        reply.set_content(said if auto else SIGNED.format(text=said))
        with smtplib.LMTP(*self._agency) as server:
            sender = "" if auto else notice.company.address
            server.sendmail(sender, [notice.reply_to], reply.as_bytes(policy=policy.SMTP))


def _do(posts: Iterable[Post]) -> None:
    for post in posts:
        if post.conduct in (Conduct.REMOVES, Conduct.LATER):
            post.removed = True
        elif post.conduct is Conduct.HIDES:
            post.hidden_from.add(HOME)
