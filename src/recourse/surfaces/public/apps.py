"""Registers the public record with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """The package as a Django application."""

    name = "recourse.surfaces.public"
    label = "public"
