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
    apps.get_model("caseload", "CaseloadState").objects.filter(was_told=True).update(told="person")


def tick_from_who(apps, schema_editor):
    states = apps.get_model("caseload", "CaseloadState").objects
    states.exclude(told__in=("", "not_yet")).update(was_told=True)


class Migration(migrations.Migration):

    dependencies = [
        ("caseload", "0007_seen_in_the_order"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="caseloadstate", name="accepted_people_have_been_told"),
        migrations.RenameField(model_name="caseloadstate", old_name="told", new_name="was_told"),
        migrations.AddField(
            model_name="caseloadstate",
            name="told",
            field=models.CharField(blank=True, choices=CHOICES, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="caseloadstate",
            name="told_words",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.RunPython(who_from_tick, tick_from_who),
        migrations.RemoveField(model_name="caseloadstate", name="was_told"),
        migrations.AddConstraint(
            model_name="caseloadstate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "accepted"), _negated=True)
                | models.Q(("told__in", ("", "not_yet")), _negated=True),
                name="accepted_people_have_been_told",
            ),
        ),
    ]
