"""Notices are published in blocks too; what was counted the old way is counted again the next night."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def begin_anew(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Drop tallies and pages of the old shape; blocks of people stay as they were published."""
    for name in ("Tally", "Snapshot"):
        apps.get_model("statistics", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("statistics", "0001_figures")]

    operations = [
        migrations.RunPython(begin_anew, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="peopleblock", name="people_block_once"),
        migrations.RenameModel(old_name="PeopleBlock", new_name="Block"),
        migrations.AlterField(model_name="block", name="unit", field=models.CharField(max_length=80)),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(fields=("source", "unit", "first"), name="block_once"),
        ),
    ]
