"""The addresses of the exchange and what each does."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from recourse.base.core import clock
from recourse.surfaces.exchange import shapes
from recourse.surfaces.exchange.service import Keys, api
from recourse.world.exchange import services
from recourse.world.exchange.domain.keys import Admitted, Function
from recourse.world.exchange.domain.paging import LAST_START
from recourse.world.exchange.domain.records import Record, Told, record

__all__ = ["api"]  # whole, once the operations below are added to it
FAILS = dict.fromkeys((400, 401, 429, 503), shapes.ExchangeProblem)
TAGS = ["exchange"]
Start = Annotated[
    int,
    Query(ge=0, le=LAST_START, description="The last nextSetTimestamp, inclusive; 0 or 10 for everything."),
]
Size = Annotated[
    int, Query(ge=1, le=1_000_000, description="How many at most; a page has never more than 1,000.")
]
Token = Annotated[str, Query(max_length=64, description="nextPageToken of the page before, within one walk.")]


class Request(HttpRequest):
    """A request whose keys were checked."""

    auth: Admitted


@api.get(
    "/v1/FetchHashes",
    response={200: shapes.HashPage, **FAILS},
    operation_id="fetch_hashes",
    tags=TAGS,
    auth=Keys(Function.FETCH),
)
def fetch_hashes(
    request: Request,
    startTimestamp: Start = 10,  # noqa: N803 - the format's name
    pageSize: Size = 800,  # noqa: N803 - the format's name
    nextPageToken: Token = "",  # noqa: N803 - the format's name
) -> shapes.HashPage:
    """Give a page of what changed: hashes to look for, and hashes to take out."""
    found = services.fetch(
        key=request.auth, start=startTimestamp, token=nextPageToken, size=pageSize, now=clock.now()
    )
    return shapes.HashPage(
        count=len(found.changes),
        nextPageToken=found.token,
        nextSetTimestamp=found.next_start,
        hasMoreRecords=found.token is not None,
        hashRecords=[_record(record(change)) for change in found.changes],
    )


@api.post(
    "/v1/SubmitFeedback",
    response={200: shapes.Receipt, **FAILS},
    operation_id="submit_feedback",
    tags=TAGS,
    auth=Keys(Function.FEEDBACK),
)
def submit_feedback(request: Request, body: shapes.Feedbacks) -> shapes.Receipt:
    """Take what a platform found: Blocked, NotBlocked or PendingReview; two NotBlocked suspend a hash."""
    said = [(one.hashValue or one.reference or "", one.feedbackValue) for one in body.hashFeedbacks]
    return _receipt(body.count, services.hear(key=request.auth, said=said, now=clock.now()))


@api.post(
    "/v1/SubmitHashes",
    response={200: shapes.Receipt, **FAILS},
    operation_id="submit_hashes",
    tags=TAGS,
    auth=Keys(Function.SUBMIT),
)
def submit_hashes(request: Request, body: shapes.SubmittedHashes) -> shapes.Receipt:
    """Take hashes of a platform's own, as a list under its name; they are leads for a person here."""
    hashes = [one.hashValue for one in body.hashRecords if one.signalType in shapes.PICTURES]
    told = services.take(
        key=request.auth, hashes=hashes, passed_over=body.count - len(hashes), now=clock.now()
    )
    return _receipt(body.count, told)


@api.post(
    "/v1/Match",
    response={200: shapes.Answers, **FAILS},
    operation_id="match_hashes",
    tags=TAGS,
    auth=Keys(Function.MATCH),
)
def match_hashes(request: Request, body: shapes.Asked) -> shapes.Answers:
    """Match hashes for a platform that cannot hold the list. What is asked is not kept; how much is, per key."""
    found = services.match(key=request.auth, hashes=body.hashes, now=clock.now())
    return shapes.Answers(results=[shapes.Matched(matched=bool(one), references=list(one)) for one in found])


def _record(one: Record) -> shapes.HashRecord:
    return shapes.HashRecord.model_validate(
        {
            "lastModtimestamp": one.modified,
            "signalType": "ImagePDQ",
            "hashValue": one.hash,
            "hashStatus": one.status,
            "caseNumbers": {str(one.reference): one.status},
            "CSPFeedbacks": [
                {"source": said.source, "feedbackValue": said.value, "tags": said.tags} for said in one.said
            ],
        }
    )


def _receipt(count: int, told: Told) -> shapes.Receipt:
    return shapes.Receipt(
        count=count,
        taken=told.taken,
        notListed=told.not_listed,
        canaries=told.canaries,
        passedOver=told.passed_over,
    )
