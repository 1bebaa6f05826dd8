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


class Migration(migrations.Migration):

    dependencies = [
        ("careplans", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="planstep",
            name="agreed_with",
            field=models.CharField(blank=True, choices=CHOICES, max_length=20),
        ),
        migrations.AlterField(
            model_name="sectionversion",
            name="agreed_with",
            field=models.CharField(choices=CHOICES, default="not_yet", max_length=20),
        ),
    ]
