from django.db import migrations

from coach import insight_functions as functions


class Migration(migrations.Migration):
    dependencies = [("coach", "0013_settled_answer_once"), ("learning", "0012_one_check_of_an_item")]

    operations = [
        migrations.RunSQL([(functions.NOTE_ESCALATION, None), (functions.NOTE_REPLY, None)], migrations.RunSQL.noop),
        migrations.RunSQL([(functions.PAST_WORDS, None)], migrations.RunSQL.noop),
    ]
