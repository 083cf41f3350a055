"""Registers Notices with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.work.notices"
    label = "notices"
