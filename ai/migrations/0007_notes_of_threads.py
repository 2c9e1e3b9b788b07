from django.db import migrations, models

import accounts.indexes


class Migration(migrations.Migration):

    dependencies = [
        ("ai", "0006_variants_compared"),
    ]

    operations = [
        migrations.AddField("conversation", "model_notes", models.TextField(null=True)),
        migrations.AddField("conversation", "model_notes_to", models.UUIDField(null=True)),
        migrations.AddField("conversation", "notes_due_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "conversation",
            accounts.indexes.Index(
                fields=["notes_due_at"], name="idx_conversations_notes_due", condition=models.Q(notes_due_at__isnull=False)
            ),
        ),
    ]
