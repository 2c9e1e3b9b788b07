import django.db.models.expressions
from django.db import migrations, models

import accounts.indexes
from learning import functions, item_functions, valuing

CHECKS = ["reviewed_when_decided", "applied_when", "rejected_why", "approved_what", "not_itself"]  # now one: item_functions
RANKED = [
    (["value_rank", "id"], "idx_learning_value", models.Q(("status", "pending"))),
    (["course", "value_rank", "id"], "idx_learning_value_course", models.Q(("status", "pending"))),
    (["value_rank", "id"], "idx_learning_recheck", models.Q(("metadata__has_key", "recheck"), ("status", "pending"))),
]
RANK = models.GeneratedField(
    db_persist=True,
    expression=django.db.models.expressions.RawSQL(valuing.RANK_CALL, ()),
    output_field=models.FloatField(),
)
SAME_RULES = [functions.MAY_RATE, functions.MAY_CORRECT, functions.MAKE_FROM_FEEDBACK, functions.MAKE_FROM_CORRECTION]


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_whom_a_trainer_trains"), ("learning", "0008_transcripts_from_files")]

    operations = [
        migrations.RunSQL([(valuing.RANK_FUNCTION, None)], [(valuing.NO_RANK_FUNCTION, None)]),
        migrations.RunSQL([(item_functions.ITEM_HOLDS, None)], [(item_functions.NO_ITEM_HOLDS, None)]),
        # They say what they said before, at less cost; going back, they may stay.
        migrations.RunSQL([(statement, None) for statement in SAME_RULES], migrations.RunSQL.noop),
        *(migrations.RemoveIndex("learningitem", name) for _fields, name, _condition in RANKED),
        migrations.RemoveField("learningitem", "value_rank"),
        migrations.AddField("learningitem", "value_rank", RANK),
        *(
            migrations.AddIndex("learningitem", accounts.indexes.Index(condition=condition, fields=fields, name=name))
            for fields, name, condition in RANKED
        ),
        *(migrations.RemoveConstraint("learningitem", f"learning_queue_{name}") for name in CHECKS),
        migrations.AddConstraint(
            "learningitem", models.CheckConstraint(condition=item_functions.item_holds(), name="learning_queue_holds")
        ),
    ]
