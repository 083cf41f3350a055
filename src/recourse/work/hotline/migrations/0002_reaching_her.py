import django.db.models.deletion
from django.db import migrations, models

import recourse.base.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_her_own_verbs"),
        ("hotline", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
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
                ("from_her", models.BooleanField()),
                ("by", models.UUIDField(null=True)),
                ("label", models.CharField(blank=True, default="", max_length=60)),
                ("sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case", "at"], name="message_of_case"),
                    models.Index(
                        condition=models.Q(("from_her", True), ("read_at", None)),
                        fields=["at"],
                        name="message_unread",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outreach",
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
                ("what", models.CharField(max_length=12)),
                ("ref", models.CharField(blank=True, default="", max_length=80)),
                ("state", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("state_since", models.DateTimeField()),
                ("outbox_id", models.UUIDField(null=True)),
                ("by", models.UUIDField(null=True)),
                ("label", models.CharField(blank=True, default="", max_length=60)),
                ("outcome", models.CharField(blank=True, default="", max_length=12)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "for_a_person")),
                        fields=["at"],
                        name="outreach_for_a_person",
                    ),
                    models.Index(
                        condition=models.Q(("outbox_id__isnull", False)),
                        fields=["outbox_id"],
                        name="outreach_of_outbox",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "what", "ref"), name="told_once")],
            },
        ),
        migrations.CreateModel(
            name="Pickup",
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
                ("state", models.CharField(max_length=12)),
                ("by_mail", models.BooleanField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.UUIDField()),
                ("asked_label", models.CharField(max_length=60)),
                ("confirmed", models.CharField(blank=True, default="", max_length=16)),
                ("confirmed_by", models.UUIDField(null=True)),
                ("confirmed_label", models.CharField(blank=True, default="", max_length=60)),
                ("ready_at", models.DateTimeField()),
                ("lookup", models.BinaryField(max_length=32, null=True, unique=True)),
                ("key_id", models.UUIDField()),
                ("sealed", models.BinaryField(default=bytes)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("case",), name="one_pickup_at_a_time"
                    )
                ],
            },
        ),
    ]
