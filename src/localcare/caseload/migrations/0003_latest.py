import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def point_to_the_latest(apps, schema_editor) -> None:
    steps = apps.get_model("caseload", "CaseloadState").objects.filter(entry=OuterRef("pk")).order_by("-pk")
    apps.get_model("caseload", "CaseloadEntry").objects.update(latest=Subquery(steps.values("pk")[:1]))


class Migration(migrations.Migration):
    dependencies = [("caseload", "0002_closed_change")]
    operations = [
        migrations.AddField(
            model_name="caseloadentry",
            name="latest",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="caseload.caseloadstate",
            ),
        ),
        migrations.RunPython(point_to_the_latest, migrations.RunPython.noop),
    ]
