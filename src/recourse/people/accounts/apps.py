"""Registers Accounts with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.people.accounts"
    label = "accounts"
