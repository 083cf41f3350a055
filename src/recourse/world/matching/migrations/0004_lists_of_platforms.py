"""What a platform submitted is a list of its own, and never one of lawful pictures."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

SUBMITTED = "submitted to us under the agreement with the platform"


def mark_submitted(apps: Any, _schema: Any) -> None:  # noqa: ANN401 - Django's own registry of past models
    """Tell apart, by the right that only submissions were stored with."""
    apps.get_model("matching", "Source").objects.filter(right=SUBMITTED, lawful=False).update(submitted=True)


class Migration(migrations.Migration):
    """One field, and what may stand in it."""

    dependencies: ClassVar = [("matching", "0003_matches")]

    operations: ClassVar = [
        migrations.AddField("source", "submitted", models.BooleanField(default=False)),
        migrations.AlterField("source", "name", models.CharField(max_length=80)),
        migrations.RunPython(mark_submitted, migrations.RunPython.noop),
        migrations.AddConstraint(
            "source", models.UniqueConstraint(fields=["name", "submitted"], name="list_named_once")
        ),
        migrations.AddConstraint(
            "source",
            models.CheckConstraint(
                name="no_platform_says_what_is_lawful",
                condition=models.Q(("lawful", True), ("submitted", True), _negated=True),
            ),
        ),
    ]
