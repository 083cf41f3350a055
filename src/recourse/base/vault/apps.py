"""Registers Vault with Django and its handlers with the queue."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.base.vault"
    label = "vault"
