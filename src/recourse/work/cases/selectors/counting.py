"""How many decisions there were, for the public figures: counts and times, of no case in particular."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Min, OuterRef

from recourse.work.cases.models import Assessment


def first_assessment_at() -> datetime | None:
    """Return when the first decision was made, or None."""
    found: datetime | None = Assessment.objects.aggregate(at=Min("at"))["at"]
    return found


def count_assessments(*, since: datetime, until: datetime) -> int:
    """Count the decisions made since a moment and before another."""
    return Assessment.objects.filter(at__gte=since, at__lt=until).count()


def count_newly_assessed(*, since: datetime, until: datetime) -> int:
    """Count the cases whose first decision was made since a moment and before another."""
    earlier = Assessment.objects.filter(case=OuterRef("case"), at__lt=since)
    new = Assessment.objects.filter(~Exists(earlier), at__gte=since, at__lt=until)
    return new.values("case").distinct().count()
