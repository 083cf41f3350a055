"""What was taken over is kept no longer, nor is what was taken over before this was so."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def empty(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Empty the sealed copies of delivered messages."""
    outbox = apps.get_model("jobs", "Outbox")
    outbox.objects.filter(state="delivered").update(envelope=b"", body=b"")


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_unsure"),
    ]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
