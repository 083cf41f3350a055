from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="wrappedkey",
            name="by_pickup",
            field=models.BinaryField(null=True),
        ),
    ]
