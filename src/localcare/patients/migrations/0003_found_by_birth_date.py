"""A search reads those born on the day, some twenty of 484,460 people, and compares their names as people type them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_localidentifier")]

    operations = [
        migrations.RemoveIndex("patient", "patients_pa_family__d855d8_idx"),
        migrations.AddIndex("patient", models.Index(fields=["birth_date", "family_name"], name="found_by_birth_date")),
    ]
