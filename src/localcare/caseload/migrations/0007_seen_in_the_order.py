from django.db import migrations, models


def keep_what_the_list_says(apps, schema_editor):
    """Of orders fixed before: the risk as it was then, all else as today's list tells it, nothing for who left it."""
    entries = apps.get_model("population", "ListEntry").objects
    for place in apps.get_model("caseload", "EvaluationPlace").objects.all():
        row = entries.filter(pseudonym=place.pseudonym).first()
        use, reasons = (row.use, row.reasons) if row else ({}, [])
        place.seen = {
            "risk": round(place.risk, 2),
            "emergency_admissions": use.get("emergency_admissions", 0),
            "emergency_attendances": use.get("emergency_attendances", 0),
            "conditions": sorted(reason["value"] for reason in reasons if reason["key"] == "condition"),
        }
        place.save(update_fields=["seen"])


class Migration(migrations.Migration):
    dependencies = [("caseload", "0006_evaluations"), ("population", "0005_list_by_change")]

    operations = [
        migrations.AddField("evaluationplace", "seen", models.JSONField(default=dict), preserve_default=False),
        migrations.RunPython(keep_what_the_list_says, migrations.RunPython.noop),
        migrations.RemoveField("evaluationplace", "risk"),
        migrations.RemoveField("evaluationplace", "urgent_use"),
    ]
