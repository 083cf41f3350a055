"""What she gave as her safe contact: a mailbox, a number, or neither; and whether we may write to it. Pure.

Checked when she gives it, because what is not of the kind that she chose reaches her in no way or in a wrong one.
Refuses: to guess a way from an address. Only the way that she chose is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recourse.base.core.errors import BadInputError
from recourse.base.core.marking import gettext_noop
from recourse.work.hotline.domain.questions import ContactHow

LONGEST_MAILBOX = 254  # RFC 5321
_NEVER_IN_MAILBOX = frozenset(" ,;:<>()[]\"'\\")


class ContactRefusedError(BadInputError):
    """What she typed cannot be used in the way that she chose; `field` is the one to mend."""

    field = "address"


class MailboxAsPhoneError(ContactRefusedError):
    """An e-mail address where she chose the telephone."""

    code = "mailbox_as_phone"
    sentence = gettext_noop(
        "This is an e-mail address, and you chose the telephone. Choose “By e-mail”, or write a number."
    )


class NoNumberError(ContactRefusedError):
    """No number where she chose the telephone."""

    code = "no_number"
    sentence = gettext_noop("There is no number in it that we could call. Write one, or choose another way.")


class NoMailboxError(ContactRefusedError):
    """No mailbox that we could write to where she chose e-mail."""

    code = "no_mailbox"
    sentence = gettext_noop(
        "We can write to one whole e-mail address only, like name@example.org. Correct it, or choose another way."
    )


class NoWayChosenError(ContactRefusedError):
    """An address, and no word on how we may use it."""

    code = "no_way_chosen"
    sentence = gettext_noop(
        "Choose how we may reach you there, or “Only here”. Without that we would use it for nothing."
    )
    field = "how"


def check_contact(answer: Mapping[str, Sequence[str]]) -> None:
    """Refuse a safe contact that is not of the kind she chose. Nothing typed is always good: she is reached here.

    Raises:
        ContactRefusedError: names the field; its sentence says what to do.
    """
    address = next(iter(answer.get("address", ())), "")
    how = next(iter(answer.get("how", ())), "")
    if not address or how == ContactHow.PAGE_ONLY:
        return
    if not how:
        raise NoWayChosenError
    if how == ContactHow.EMAIL and not is_mailbox(address):
        raise NoMailboxError
    if how == ContactHow.PHONE and not is_number(address):
        raise MailboxAsPhoneError if "@" in address else NoNumberError


def is_number(address: str) -> bool:
    """Tell whether a person could call it: a figure of any script is in it, and it is no mailbox."""
    return any(sign.isdecimal() for sign in address) and not is_mailbox(address)


def is_mailbox(address: str) -> bool:
    """Tell whether a machine may send to it: one plain address and nothing else."""
    local, _at, domain = address.rpartition("@")
    plain = address.isascii() and address.isprintable() and not set(address) & _NEVER_IN_MAILBOX
    whole = bool(local) and "@" not in local and "." in domain.strip(".")
    return plain and whole and len(address) <= LONGEST_MAILBOX


def may_leave_message(how: ContactHow, said: str) -> bool:
    """Return whether something may be left there: by e-mail unless she said no, by telephone only if she said yes."""
    if how is ContactHow.PAGE_ONLY:
        return False
    return said != "no" if how is ContactHow.EMAIL else said == "yes"


def may_be_mailed(how: ContactHow, *, address: str, may_leave: bool) -> bool:
    """Tell whether we may write to it, whatever kind she chose; also for what was taken before it was checked."""
    return may_leave and how is not ContactHow.PAGE_ONLY and is_mailbox(address)
