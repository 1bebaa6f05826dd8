from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0002_page_of_an_entry")]
    operations = [
        migrations.CreateModel(
            name="AuditSpool",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.BinaryField(default=bytes(32))),
                ("written", models.BigIntegerField(default=0)),
            ],
        ),
    ]
