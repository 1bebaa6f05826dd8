"""The days on which a source was heard, and how often it sends. What is known of before is the last day alone."""

import django.db.models.deletion
from django.db import migrations, models

from localcare.base.clock import LONDON


def keep_last_day(apps, schema_editor):
    source, heard = apps.get_model("record", "Source"), apps.get_model("record", "SourceHeard")
    known = source.objects.exclude(last_heard_at=None).values_list("pk", "last_heard_at")
    heard.objects.bulk_create(heard(source_id=pk, on=at.astimezone(LONDON).date()) for pk, at in known)


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0004_deaths_among_flags"),
    ]

    operations = [
        migrations.AddField("source", "usual_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("source", "longest_days", models.PositiveSmallIntegerField(null=True)),
        migrations.CreateModel(
            name="SourceHeard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="record.source",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "on"), name="source_heard_once_a_day")],
            },
        ),
        migrations.RunPython(keep_last_day, migrations.RunPython.noop),
    ]
