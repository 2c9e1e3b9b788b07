from django.db import migrations, models

from learning import functions, insight_functions, item_functions, record_functions

VALUES = ["status_valid", "source_valid", "confidence_valid"]  # now asked in one check with the rest: item_functions
BEFORE = "DROP FUNCTION IF EXISTS learning_item_holds(uuid, text, timestamptz, timestamptz, uuid, text, text, uuid)"
MADE = "DROP TRIGGER IF EXISTS trg_learning_decision_made ON learning_queue"  # the trigger of a new item does it: record_functions
SAME_RULES = [functions.MAY_RATE, functions.MAY_CORRECT, insight_functions.NOTE_DECISION, record_functions.NEW_ITEM]


class Migration(migrations.Migration):
    dependencies = [("learning", "0011_quality_sets")]

    operations = [
        # They say what they said before, at less cost; going back, they may stay.
        migrations.RunSQL([(statement, None) for statement in (MADE, *SAME_RULES)], migrations.RunSQL.noop),
        migrations.RunSQL([(item_functions.ITEM_HOLDS, None)], migrations.RunSQL.noop),
        *(migrations.RemoveConstraint("learningitem", f"learning_queue_{name}") for name in (*VALUES, "holds")),
        migrations.AddConstraint(
            "learningitem", models.CheckConstraint(condition=item_functions.item_holds(), name="learning_queue_holds")
        ),
        migrations.RunSQL([(BEFORE, None)], migrations.RunSQL.noop),
    ]
