"""How the tests of the survivor's pages come into an open case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recourse.base.vault.domain import DataKey, new_case_code
from recourse.work.cases.domain import AgeBand
from recourse.work.cases.models import Case
from tests.surfaces.visits import Page, Visitor, check_page
from tests.work.cases.making import open_case


@dataclass
class Inside:
    """A case and the code that opens it."""

    case: Case
    key: DataKey
    code: str

    def enter(self, her: Visitor) -> Page:
        page = her.submit(her.get("/case"), {"code": self.code}, action="/case")
        check_page(page)
        return page


def inside(now: datetime, *, age_band: AgeBand = AgeBand.ADULT) -> Inside:
    """A new case with its code."""
    code = new_case_code()
    case, key = open_case(now, code=code, age_band=age_band)
    return Inside(case, key, code)
