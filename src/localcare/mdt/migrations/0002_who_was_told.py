from django.db import migrations, models


CHOICES = [
    ("not_yet", "Nobody yet"),
    ("person", "The person"),
    ("person_and_carer", "The person, together with somebody they chose"),
    ("parent", "Somebody with parental responsibility"),
    ("competent_child", "The child, whom a clinician judged competent to decide this (Gillick)"),
    ("attorney", "Attorney or deputy for health and welfare"),
    ("best_interests", "Best-interests decision (the person lacks capacity to decide this)"),
]


def who_from_tick(apps, schema_editor):
    """The tick said "the person has been told", and nothing of anybody else."""
    apps.get_model("mdt", "Case").objects.filter(person_told=True).update(told="person")


def tick_from_who(apps, schema_editor):
    apps.get_model("mdt", "Case").objects.exclude(told="not_yet").update(person_told=True)


class Migration(migrations.Migration):

    dependencies = [
        ("mdt", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="told",
            field=models.CharField(choices=CHOICES, default="not_yet", max_length=20),
        ),
        migrations.AddField(
            model_name="case",
            name="told_words",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        # Made anew with a default, so that the way back has something to fill.
        migrations.AlterField(model_name="case", name="person_told", field=models.BooleanField(default=False)),
        migrations.RunPython(who_from_tick, tick_from_who),
        migrations.RemoveField(model_name="case", name="person_told"),
    ]
