"""The only flags taken in so far, of deaths without their day, are told from flags nobody sorted."""

from django.db import migrations


def sort_deaths(apps, schema_editor):
    flags = apps.get_model("record", "Statement").objects.using(schema_editor.connection.alias).filter(kind="flag")
    flags.filter(category="", external_id__endswith="#deceased").update(category="death")


class Migration(migrations.Migration):
    dependencies = [("record", "0003_last_heard")]

    operations = [migrations.RunPython(sort_deaths, migrations.RunPython.noop)]
