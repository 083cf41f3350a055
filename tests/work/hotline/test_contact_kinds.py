"""A safe contact is of the kind she chose, or she is told; and nobody writes where she allowed no message."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.vault import services as vault
from recourse.people.accounts.domain import Role
from recourse.work.cases.models import Case
from recourse.work.hotline import sealing, selectors, services
from recourse.work.hotline.domain import (
    ContactRefusedError,
    MayNotWriteError,
    NoSafeWayError,
    ReachState,
    Tell,
    check_contact,
    checked,
)
from recourse.work.hotline.models import Report, SafeContact
from recourse.work.hotline.names import contact_name
from tests.work.cases.making import actor
from tests.work.hotline.reaching import BY_MAIL, BY_PHONE, ONLY_HERE, Her, her, mails
from tests.work.hotline.writing import TOLD, Values, write
from tests.work.notices.making import World, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OPERATOR = actor(Role.OPERATOR)
MAILBOX = "dusk@harbour.example"


@pytest.mark.parametrize(
    ("how", "address", "code"),
    [
        ("phone", MAILBOX, "mailbox_as_phone"),
        ("phone", "dusk99@harbour.example", "mailbox_as_phone"),
        ("phone", "me @ harbour", "mailbox_as_phone"),
        ("phone", "my sister", "no_number"),
        ("email", "000 555", "no_mailbox"),
        ("email", "dusk@harbour", "no_mailbox"),
        ("email", f"{MAILBOX}, 000 555", "no_mailbox"),
        ("email", "등대@항구.example", "no_mailbox"),
        ("", "000 555", "no_way_chosen"),
        ("", MAILBOX, "no_way_chosen"),
    ],
)
def test_what_is_not_of_the_kind_she_chose_is_refused_by_name(how: str, address: str, code: str) -> None:
    with pytest.raises(ContactRefusedError) as refused:
        check_contact(checked("safe_contact", {"how": how, "address": address}))
    assert refused.value.code == code
    assert refused.value.field == ("how" if code == "no_way_chosen" else "address")
    assert address not in str(refused.value)


@pytest.mark.parametrize(
    ("how", "address"),
    [
        ("", ""),
        ("phone", ""),
        ("email", ""),
        ("page_only", "my sister"),
        ("phone", "+00 (0)555 12-34 ext. 5"),
        ("phone", "my sister, ٠١٢٣٤٥٦٧٨٩"),
        ("phone", "000 555, or the pier's desk @ night"),
        ("email", MAILBOX),
        ("email", "dusk.2+notes@harbour.example"),
    ],
)
def test_what_can_be_used_is_taken(how: str, address: str) -> None:
    check_contact(checked("safe_contact", {"how": how, "address": address}))


def test_a_report_with_such_a_contact_is_not_sent_and_its_draft_stays(clock: FixedClock) -> None:
    told = {**TOLD, "safe_contact": {**BY_PHONE, "address": MAILBOX}}
    draft_id, secret = write(clock.at, told)
    with pytest.raises(ContactRefusedError):
        services.submit_report(draft_id=draft_id, secret=secret, now=clock.at)
    assert not Case.objects.exists()
    assert not Report.objects.exists()
    assert services.read_draft(draft_id, secret, clock.at).answers["safe_contact"]["address"] == (MAILBOX,)
    services.save_answer(
        draft_id=draft_id, secret=secret, question="safe_contact", values=BY_MAIL, now=clock.at
    )
    assert services.submit_report(draft_id=draft_id, secret=secret, now=clock.at).code


def stored(clock: FixedClock, contact: Values) -> Her:
    """A case whose safe contact was taken before it was checked."""
    hers = her(clock.at, ONLY_HERE)
    row = SafeContact.objects.get(case_id=hers.case_id)
    said = {name: str(contact.get(name, "")) for name in ("address", "window", "leave_message")}
    row.how = str(contact["how"])
    row.sealed = vault.seal(hers.key, contact_name(row.id), sealing.to_block(said))
    row.save()
    return hers


KINDS = ["phone", "email", "page_only"]


@pytest.mark.parametrize("window", ["", "after dusk"])
@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("said", ["no", "", "yes"])
def test_nobody_writes_to_a_mailbox_where_no_message_may_be_left(
    clock: FixedClock, world: World, how: str, said: str, window: str
) -> None:
    hers = stored(clock, {"how": how, "address": MAILBOX, "window": window, "leave_message": said})
    services.tell(case_id=hers.case_id, what=Tell.RETURNED, now=clock.at)
    settle(clock.at)
    allowed = said == "yes" if how == "phone" else said != "no" and how == "email"
    (row,) = selectors.reached_of(hers.case_id)
    if not allowed:
        assert row.state is ReachState.ONLY_HERE
        with pytest.raises(NoSafeWayError):
            services.ask_new_code(case_id=hers.case_id, by_mail=True, actor=OPERATOR, now=clock.at)
    elif how == "email" and not window:
        assert row.state is ReachState.DELIVERED
    else:
        assert row.state is ReachState.FOR_A_PERSON
        assert mails(world) == []
        services.write_at_her_hour(outreach_id=row.id, actor=OPERATOR, now=clock.at)
        settle(clock.at)
    assert len(mails(world)) == allowed


def test_a_person_s_press_writes_nowhere_where_she_allowed_no_message(
    clock: FixedClock, world: World
) -> None:
    """The button, and the job behind it, if what she allowed is other by the time it runs."""
    hers = stored(clock, {**BY_MAIL, "window": "after dusk"})
    services.tell(case_id=hers.case_id, what=Tell.RETURNED, now=clock.at)
    settle(clock.at)
    (row,) = selectors.reached_of(hers.case_id)
    services.write_at_her_hour(outreach_id=row.id, actor=OPERATOR, now=clock.at)
    contact = SafeContact.objects.get(case_id=hers.case_id)
    said = {"address": MAILBOX, "window": "after dusk", "leave_message": "no"}
    contact.sealed = vault.seal(hers.key, contact_name(contact.id), sealing.to_block(said))
    contact.save()
    settle(clock.at)
    assert mails(world) == []
    number = stored(clock, BY_PHONE)
    services.tell(case_id=number.case_id, what=Tell.RETURNED, now=clock.at)
    settle(clock.at)
    (call,) = selectors.reached_of(number.case_id)
    with pytest.raises(MayNotWriteError):
        services.write_at_her_hour(outreach_id=call.id, actor=OPERATOR, now=clock.at)
    assert selectors.reached_of(number.case_id)[0].state is ReachState.FOR_A_PERSON
