"""How many rows of a list were left out when it came in; of those that stand here nobody counted."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies: ClassVar = [("matching", "0004_lists_of_platforms")]

    operations: ClassVar = [
        migrations.AddField("source", "left_out", models.PositiveIntegerField(default=0)),
    ]
