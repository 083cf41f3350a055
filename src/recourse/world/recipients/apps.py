"""Registers Recipients with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.world.recipients"
    label = "recipients"
