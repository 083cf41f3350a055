"""The one error tree. Each error has a stable code, a sentence for the person, and what a caller may do.

    RecourseError
    ├── BadInputError        400   what came in cannot be used; it is kept, and the sentence says what to do
    │   └── TooLongError     413
    ├── NotAllowedError      403   the role, the claim or the stated purpose does not allow it
    ├── NotFoundError        404   no such thing, or none that this person may know of
    ├── ConflictError        409   somebody or something was faster; look again
    │   └── IllegalMoveError 409   a state table has no such move
    ├── OutsideError         502   the outside world failed us; retryable
    │   └── FetchRefusedError 502  we refused to go there; not retryable
    ├── UnavailableError     503   we cannot right now; retryable
    └── MisconfiguredError   500   the installation is wrong; exit status 78

`sentence` is a gettext message id: the surface translates it. `detail` is for operators and goes to the
log's redactor, never to a page. Mapped to a page, a problem document (RFC 9457) and an exit status once,
in `problems.py`. An error outside the tree is shown as "internal" with its text withheld.
"""

from __future__ import annotations

from typing import ClassVar

from recourse.base.core.marking import gettext_noop


class RecourseError(Exception):
    """Root of the tree; never raised itself."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = gettext_noop("Something went wrong on our side. Nothing you sent is lost.")

    def __init__(self, detail: str = "", *, sentence: str | None = None, code: str | None = None) -> None:
        """Take a detail for operators; `sentence` and `code` narrow the class's own."""
        super().__init__(detail or sentence or self.sentence)
        self.detail = detail
        if sentence is not None:
            self.sentence = sentence  # type: ignore[misc]
        if code is not None:
            self.code = code  # type: ignore[misc]


class BadInputError(RecourseError):
    """What came in cannot be used as it is."""

    code = "bad_input"
    status = 400
    exit_status = 65
    sentence = gettext_noop("We could not read this. Please check it and send it again.")


class TooLongError(BadInputError):
    """A field is longer than we take."""

    code = "too_long"
    status = 413
    sentence = gettext_noop("This is longer than we can take. Nothing is lost: shorten it and send it again.")


class NotAllowedError(RecourseError):
    """The person may not do this."""

    code = "not_allowed"
    status = 403
    exit_status = 77
    sentence = gettext_noop("Your role does not allow this.")


class NotFoundError(RecourseError):
    """No such thing, or none that this person may know of."""

    code = "not_found"
    status = 404
    sentence = gettext_noop("There is nothing here.")


class ConflictError(RecourseError):
    """Somebody was faster."""

    code = "conflict"
    status = 409
    sentence = gettext_noop("This changed while you were working on it. Look at it again before you go on.")


class IllegalMoveError(ConflictError):
    """A state table has no such move."""

    code = "illegal_move"
    sentence = gettext_noop("This step is not possible any more. Look at the present state.")


class OutsideError(RecourseError):
    """The outside world failed."""

    code = "outside_failed"
    status = 502
    exit_status = 69
    retryable = True
    sentence = gettext_noop("The other side did not answer as it should. We try again.")


class FetchRefusedError(OutsideError):
    """We refused to go to an address."""

    code = "address_refused"
    retryable = False
    sentence = gettext_noop("This address cannot be visited by us.")


class UnavailableError(RecourseError):
    """We cannot right now."""

    code = "unavailable"
    status = 503
    exit_status = 75
    retryable = True
    sentence = gettext_noop("We cannot do this right now. Please try again in a minute.")


class MisconfiguredError(RecourseError):
    """The installation is wrong."""

    code = "misconfigured"
    exit_status = 78
    sentence = gettext_noop("This service is not set up correctly. The people who run it have been told.")
