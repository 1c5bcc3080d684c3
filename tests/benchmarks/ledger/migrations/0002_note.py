"""The release: one added column and its index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.AddField("entry", "note", models.CharField(default="", max_length=20)),
        migrations.AddIndex("entry", models.Index(fields=["note"], name="ledger_entry_note")),
    ]
