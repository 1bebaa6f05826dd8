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
        ("access", "0006_named_for_a_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="choice",
            name="answered",
            field=models.CharField(blank=True, choices=CHOICES, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="choice",
            name="answered_words",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
