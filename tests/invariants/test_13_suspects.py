"""Invariant 13, "No list of suspects": no table has a column for who made or spread something."""

from __future__ import annotations

import re

from django.apps import apps
from django.db import models

from recourse.world.locations.models import Place

WHO = re.compile(
    r"suspect|offender|perpetrator|poster|uploader|author|handle|nick|screen_?name|account_?(id|name)|"
    r"user_?name|person_?name|phone|e?mail_?address",
)
STAFF = {("accounts", "staff", "username")}  # a pseudonym of our own people
HASHED = {("locations", "place", "handle_lookup")}  # the keyed hash of a channel's name; erasure clears it


def columns() -> list[tuple[str, str, models.Field]]:  # type: ignore[type-arg]
    return [
        (model._meta.app_label, model._meta.model_name or "", field)
        for model in apps.get_models()
        if model.__module__.startswith("recourse.")
        for field in model._meta.concrete_fields
    ]


def test_invariant_13_no_column_says_who_did_it() -> None:
    """13. No list of suspects: offender-side selectors have no room here before referrals are built."""
    assert len(columns()) > 100
    named = {(app, model, field.name) for app, model, field in columns() if WHO.search(field.name)}
    assert named == STAFF | HASHED
    assert all(
        isinstance(field, models.BinaryField)
        for app, model, field in columns()
        if (app, model, field.name) in HASHED
    )


def test_invariant_13_a_place_is_found_by_a_keyed_hash_alone() -> None:
    """13. No list of suspects: a channel's name is sealed; nothing readable can be sorted or searched by it."""
    readable = [
        field.name
        for field in Place._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
    ]
    assert readable == ["platform", "kind"]
