"""What the rules do not know for sure, and what our checks can no longer read: for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recourse.base.core import clock
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.words import EVIDENCE
from recourse.surfaces.desk.words_items import ALARMS
from recourse.surfaces.frame.places import place_words
from recourse.world.checks import selectors as checks
from recourse.world.rules.load import rules


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule, by the name its file gives it."""

    name: str
    evidence: str
    checked_on: date
    review_by: date
    past_review: bool
    doubts: tuple[str, ...]


@require_safe
@staff(action=Action.CASE_LIST)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show alarms, rules past their review date, and where two sources differ."""
    now = clock.now()
    lines = [
        RuleLine(
            name=name,
            evidence=str(EVIDENCE[rule.evidence]),
            checked_on=rule.checked_on,
            review_by=rule.review_by,
            past_review=rule.past_review(now.date()),
            doubts=rule.disagreements,
        )
        for name, rule in rules().sourced()
    ]
    alarms = [
        {"what": place_words(one.platform, one.kind), "since": one.since, "why": str(ALARMS[one.reason])}
        for one in checks.alarms(now)
    ]
    context = {
        "alarms": alarms,
        "past": [line for line in lines if line.past_review],
        "doubtful": [line for line in lines if line.doubts],
        "count": len(lines),
    }
    return render(request, "desk/rules.html", context)
