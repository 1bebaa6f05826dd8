"""The page somebody looked at becomes a column, read from the sealed content of the entries that stand."""

import json

from django.db import migrations, models

ENTRIES_AT_ONCE = 5_000


def put_pages(apps, schema_editor):
    entries = apps.get_model("base", "AuditEntry").objects.using(schema_editor.connection.alias)
    sealed, last = entries.order_by("sequence").values_list("sequence", "canonical"), 0
    while some := list(sealed.filter(sequence__gt=last)[:ENTRIES_AT_ONCE]):
        last, by_page = some[-1][0], {}
        for sequence, canonical in some:
            page = json.loads(bytes(canonical))["detail"].get("page", "")
            by_page.setdefault(page, []).append(sequence)
        for page, sequences in by_page.items():
            if page:
                entries.filter(sequence__in=sequences).update(page=page)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [
        migrations.AddField("auditentry", "page", models.TextField(default="")),
        migrations.RunPython(put_pages, migrations.RunPython.noop),
    ]
