import django.db.models.deletion
from django.db import migrations, models

import recourse.base.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0002_vantage_points"),
        ("locations", "0002_handle_lookup"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="availability",
            name="begun_at",
        ),
        migrations.RemoveField(
            model_name="availability",
            name="watch_since",
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=recourse.base.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("watcher", models.UUIDField(unique=True)),
                ("since", models.DateTimeField()),
                ("closely_since", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watches",
                        to="locations.place",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WatchedTurn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=recourse.base.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("turn", models.PositiveIntegerField()),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="checks.watch"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="watch",
            index=models.Index(fields=["place", "due_at"], name="watch_due"),
        ),
        migrations.AddConstraint(
            model_name="watchedturn",
            constraint=models.UniqueConstraint(fields=("watch", "turn"), name="turn_counted_once"),
        ),
    ]
