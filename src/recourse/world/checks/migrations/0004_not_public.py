"""A look that cannot tell "removed" from "hidden" counts as neither (decision on Facebook and Instagram)."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, F, OuterRef

MARKER = "not_public"


def take_back(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Read what was called gone by that marker as what it was, so that every replay of the looks agrees."""
    availability, probe = apps.get_model("checks", "Availability"), apps.get_model("checks", "Probe")
    availability.objects.update(first_unseen_at=F("first_gone_at"))
    so_marked = probe.objects.filter(marker=MARKER, verdict="gone")
    places = availability.objects.filter(Exists(so_marked.filter(place=OuterRef("place"))))
    places.filter(state="removed_at_source").update(state="not_public", removed_before=False)
    places.update(first_gone_at=None)
    so_marked.update(verdict="not_public")


class Migration(migrations.Migration):
    dependencies = [("checks", "0003_watchers")]

    operations = [
        migrations.AddField(
            model_name="availability",
            name="first_unseen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(take_back, migrations.RunPython.noop),
    ]
