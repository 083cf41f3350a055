"""A copy of her own case, made in memory when she asks for it: what she told, what was done, what we saw.

Refuses: other people's data. No letter, no answer's words, nothing of whoever else named the same place; who worked on
it stands as her page shows it. On the minor path it says no address (decision 0028).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from recourse.surfaces.frame.answers import Told, all_told
from recourse.surfaces.frame.places import place_words
from recourse.surfaces.survivor.asked import company
from recourse.surfaces.survivor.leaving import sent_outside
from recourse.surfaces.survivor.record import record_of
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import ChoiceView, OwnCase, OwnItem
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices
from recourse.world.matching import selectors as matching
from recourse.world.matching.domain import written

FORMAT = "recourse-own-case/1"


def copy_of(own: OwnCase, *, now: datetime) -> dict[str, Any]:
    """Return everything of hers in her case, ready for JSON."""
    items = cases.own_items(own.case_id)
    tracks = notices.tracks([item.item_id for item in items])
    names = cases.own_names(own)
    return {
        "format": FORMAT,
        "made_at": _at(now),
        "reported_at": _at(own.opened_at),
        "permission_since": _at(own.mandate_since),
        "told": [
            {
                "at": _at(at),
                "answers": [
                    {"question": one.name, "answer": one.words} for one in all_told(answers) if one.words
                ],
            }
            for at, answers in hotline.own_told(own)
        ],
        "places": [_place(own, item, names.get(item.number, ""), tracks.get(item.item_id)) for item in items],
        "fingerprints": [written(one) for one in matching.open_fingerprints(own.case_id, own.key).values()],
        "sent_outside": [
            {"place": one.number, "to": one.to, "at": _at(one.at), "certain": one.sure}
            for one in sent_outside(own)
        ],
        "decisions": [
            {
                "company": company(one.channel_id),
                "asked_at": _at(one.asked_at),
                "choice": one.choice,
                "at": _at(one.decided_at),
            }
            for one in cases.choices_made(own.case_id)
        ],
        "messages": [
            {"at": _at(one.at), "from": "me" if one.from_her else one.label, "text": one.text}
            for one in reversed(hotline.messages_of(own))
        ],
        "record": [
            {"at": _at(one.at), "who": one.label, "what": one.words} for one in reversed(record_of(own))
        ],
    }


def _answer(one: Told) -> dict[str, str]:
    return {"question": one.name, "answer": one.words}


def _decision(one: ChoiceView) -> dict[str, Any]:
    return {
        "company": company(one.channel_id),
        "asked_at": _at(one.asked_at),
        "choice": one.choice,
        "at": _at(one.decided_at),
    }


def _place(own: OwnCase, item: OwnItem, name: str, track: notices.Track | None) -> dict[str, Any]:
    return {
        "number": item.number,
        "name": name,
        "platform": place_words(item.platform),
        "address": "" if own.minor_path else cases.own_address(own, item.number),
        "reported_at": _at(item.reported_at),
        "asked_at": _at(track.asked_at) if track else None,
        "acknowledged_at": _at(track.acknowledged_at) if track else None,
        "they_say": track.answer if track else "none",
        "they_said_at": _at(track.answered_at) if track else None,
        "we_saw": item.availability,
        "we_looked_at": _at(item.checked_at),
    }


def _at(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
