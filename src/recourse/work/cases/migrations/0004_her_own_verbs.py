import django.db.models.deletion
from django.db import migrations, models

import recourse.base.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_queue_and_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="code_turn",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="case",
            name="warned_of",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="link",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="item",
            name="link_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="item",
            name="name",
            field=models.BinaryField(default=bytes),
        ),
        migrations.CreateModel(
            name="Ending",
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
                ("kind", models.CharField(max_length=12)),
                ("asked_at", models.DateTimeField()),
                ("final_at", models.DateTimeField()),
                ("had_mandate", models.BooleanField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("taken_back", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="endings", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("case",), name="one_ending_waits"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
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
                ("what", models.CharField(max_length=24)),
                ("label", models.CharField(blank=True, default="", max_length=60)),
                ("by", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "at"], name="step_of_case")],
            },
        ),
    ]
