"""What can be done at the hotline: reports and what is added to them, messages, safe contact, a new code."""

from __future__ import annotations

from recourse.work.hotline.services.additions import add_to_report
from recourse.work.hotline.services.drafts import (
    acknowledge_code,
    discard_draft,
    drop_drafts,
    read_draft,
    save_answer,
    start_draft,
)
from recourse.work.hotline.services.ending import begin_to_end, go_on_to_end
from recourse.work.hotline.services.fingerprints import (
    add_fingerprints,
    follow_permission,
    keep_fingerprints,
    let_in_fingerprints,
    mark_minor,
    take_out_fingerprint,
)
from recourse.work.hotline.services.matches import compare_found, decide_match, plan_matches
from recourse.work.hotline.services.mentions import place_mention, set_aside_mention
from recourse.work.hotline.services.messages import (
    note_read_by_her,
    note_read_by_us,
    write_to_her,
    write_to_us,
)
from recourse.work.hotline.services.newcode import (
    ask_new_code,
    confirm_new_code,
    fetch,
    hand_over,
    keep,
)
from recourse.work.hotline.services.pickup_mail import mail_pickup
from recourse.work.hotline.services.pickups import end_pickup, end_void, stop_new_code
from recourse.work.hotline.services.reaching import (
    reach,
    record_delivered,
    record_gave_up,
    record_reached,
    tell,
    write_at_her_hour,
)
from recourse.work.hotline.services.reports import forget_case, read_report, submit_report
from recourse.work.hotline.services.sharing import (
    agree_to_sharing,
    record_agreement,
    review_fingerprints,
    share_fingerprints,
)

__all__ = [
    "acknowledge_code",
    "add_fingerprints",
    "add_to_report",
    "agree_to_sharing",
    "ask_new_code",
    "begin_to_end",
    "compare_found",
    "confirm_new_code",
    "decide_match",
    "discard_draft",
    "drop_drafts",
    "end_pickup",
    "end_void",
    "fetch",
    "follow_permission",
    "forget_case",
    "go_on_to_end",
    "hand_over",
    "keep",
    "keep_fingerprints",
    "let_in_fingerprints",
    "mail_pickup",
    "mark_minor",
    "note_read_by_her",
    "note_read_by_us",
    "place_mention",
    "plan_matches",
    "reach",
    "read_draft",
    "read_report",
    "record_agreement",
    "record_delivered",
    "record_gave_up",
    "record_reached",
    "review_fingerprints",
    "save_answer",
    "set_aside_mention",
    "share_fingerprints",
    "start_draft",
    "stop_new_code",
    "submit_report",
    "take_out_fingerprint",
    "tell",
    "write_at_her_hour",
    "write_to_her",
    "write_to_us",
]
