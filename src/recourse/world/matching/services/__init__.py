"""Verbs of matching: fingerprints of a case, what platforms may hold, what they say, lists of others."""

from __future__ import annotations

from recourse.world.matching.services.changing import DROP_TRACES, drop_traces, plan_drop_traces
from recourse.world.matching.services.fingerprints import (
    COMPARE_CASE,
    DROP,
    add_fingerprints,
    bring_back,
    drop_withdrawn,
    forget_case,
    let_in,
    withdraw_fingerprints,
)
from recourse.world.matching.services.hearing import heard, heard_of, submit
from recourse.world.matching.services.listing import DROP_LISTINGS, drop_listings
from recourse.world.matching.services.lists import COMPARE_BLOCK, erase_list, import_list
from recourse.world.matching.services.matches import compare_block, compare_case, decide, look
from recourse.world.matching.services.reviewing import agree, review, share

__all__ = [
    "COMPARE_BLOCK",
    "COMPARE_CASE",
    "DROP",
    "DROP_LISTINGS",
    "DROP_TRACES",
    "add_fingerprints",
    "agree",
    "bring_back",
    "compare_block",
    "compare_case",
    "decide",
    "drop_listings",
    "drop_traces",
    "drop_withdrawn",
    "erase_list",
    "forget_case",
    "heard",
    "heard_of",
    "import_list",
    "let_in",
    "look",
    "plan_drop_traces",
    "review",
    "share",
    "submit",
    "withdraw_fingerprints",
]
