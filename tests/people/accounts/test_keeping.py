"""What somebody was writing is kept whole in every script, and by two windows at once."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from recourse.base.core.errors import TooLongError
from recourse.people.accounts import services
from recourse.people.accounts.models import Autosave
from tests import cast
from tests.threads import together

FORM = "assess:C-7KM4Q"


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["a", "가", "é", "😀", "\n", '"'])
def test_the_longest_reasons_are_kept_in_every_script(now: datetime, sign: str) -> None:
    officer, reasons = cast.officer(), sign * 20_000
    services.keep(actor=officer, form=FORM, fields={"reasons": [reasons]}, now=now)
    kept = services.kept(actor=officer, form=FORM, now=now)
    assert kept is not None
    assert kept.fields == {"reasons": [reasons]}


@pytest.mark.db
@pytest.mark.django_db
def test_more_than_any_form_holds_is_refused(now: datetime) -> None:
    with pytest.raises(TooLongError):
        services.keep(actor=cast.officer(), form=FORM, fields={"reasons": ["a" * 100_001]}, now=now)
    assert not Autosave.objects.exists()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_windows_that_keep_the_same_form_first_are_both_taken(now: datetime) -> None:
    officer = cast.officer()

    def window(number: int) -> None:
        services.keep(actor=officer, form=FORM, fields={"reasons": [str(number)]}, now=now)

    assert together(*[partial(window, number) for number in range(6)]) == [None] * 6
    assert Autosave.objects.count() == 1
