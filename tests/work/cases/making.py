"""How the tests of cases and the hotline come by cases: through the services, as the product does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection

from recourse.base.core import wiring
from recourse.base.vault.adapters.age import AgeKeyWrapper
from recourse.base.vault.domain import DataKey, new_case_code
from recourse.base.vault.ports import KeyWrapper
from recourse.people.accounts.domain import Actor, Role
from recourse.work.cases import services
from recourse.work.cases.domain import AgeBand, ForWhom, WhatHappened
from recourse.work.cases.models import Case, Item
from recourse.world.locations.domain import Resolved, resolve_line


def actor(role: Role = Role.OFFICER, number: int = 1) -> Actor:
    """A person with a role; cases asks for nothing else of her."""
    return Actor(staff_id=UUID(int=number), role=role, label=f"{role.value.title()} {number:02d}")


def open_case(
    now: datetime,
    *,
    code: str | None = None,
    age_band: AgeBand = AgeBand.ADULT,
    for_whom: ForWhom = ForWhom.ME,
    mandate: bool = True,
) -> tuple[Case, DataKey]:
    """A case as a sent report opens it."""
    return services.open_case(
        code=code or new_case_code(),
        language="en",
        for_whom=for_whom,
        what_happened=[WhatHappened.FOUND],
        age_band=age_band,
        mandate=mandate,
        now=now,
    )


def place(number: int = 12, *, channel: str = "dusk_harbour") -> Resolved:
    """A public post that a rule understands."""
    found = resolve_line(f"https://t.me/{channel}/{number}")
    assert found is not None
    return found


def add(case: Case, key: DataKey, now: datetime, *, number: int = 12, channel: str = "dusk_harbour") -> Item:
    """A place put into a case."""
    return services.add_item(case_id=case.id, key=key, resolved=place(number, channel=channel), now=now)


def place_of(item: Item) -> UUID:
    """The place of an item that is linked to one."""
    assert item.place_id is not None
    return item.place_id


@contextmanager
def web_process(home: Path) -> Iterator[None]:
    """The time in which this process can wrap keys and not unwrap them, as a web process."""
    recipient = (home / "keys" / "vault.recipient").read_text("ascii").strip()
    with wiring.bound(KeyWrapper, AgeKeyWrapper(recipient, None)):  # type: ignore[type-abstract]
        yield


def everything_stored() -> Iterator[tuple[str, str, bytes]]:
    """Every value of every row of every table, as (table, column, bytes)."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            names = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield table, name, raw
