"""How a case is read: by a person who says why, by the queue, by her own code, and by machines without words."""

from __future__ import annotations

from recourse.work.cases.selectors.choices import (
    choice_of,
    choices_made,
    choices_of,
    choices_waiting,
    name_for,
)
from recourse.work.cases.selectors.counting import count_assessments, first_assessment_at
from recourse.work.cases.selectors.desk import access_case, accesses_of, id_of, item_id_of, place_of
from recourse.work.cases.selectors.machine import (
    acting_items,
    acting_places,
    assessment_facts,
    case_facts,
    cases_at,
    decided_items,
    key_for_machine,
    live_items_at,
    live_mandates,
    places_of,
)
from recourse.work.cases.selectors.own import (
    case_by_code,
    ending_by_id,
    erased_by,
    is_held,
    links_of,
    own_address,
    own_case,
    own_ending,
    own_items,
    own_names,
    steps_of,
)
from recourse.work.cases.selectors.queue import (
    COUNT_TO,
    count_queue,
    list_queue,
    place_after,
    queue_row,
    rows_of,
)

__all__ = [
    "COUNT_TO",
    "access_case",
    "accesses_of",
    "acting_items",
    "acting_places",
    "assessment_facts",
    "case_by_code",
    "case_facts",
    "cases_at",
    "choice_of",
    "choices_made",
    "choices_of",
    "choices_waiting",
    "count_assessments",
    "count_queue",
    "decided_items",
    "ending_by_id",
    "erased_by",
    "first_assessment_at",
    "id_of",
    "is_held",
    "item_id_of",
    "key_for_machine",
    "links_of",
    "list_queue",
    "live_items_at",
    "live_mandates",
    "name_for",
    "own_address",
    "own_case",
    "own_ending",
    "own_items",
    "own_names",
    "place_after",
    "place_of",
    "places_of",
    "queue_row",
    "rows_of",
    "steps_of",
]
