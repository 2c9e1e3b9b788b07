from django.db import migrations, models

from learning import insight_functions as functions

SPANS = models.CharField(choices=[("day", "Day"), ("week", "Week"), ("8w", "Eight Weeks")], max_length=4)
FOLD_WITHOUT = functions.FOLD.replace(", ('8w')", "")  # what it left out then


class Migration(migrations.Migration):
    dependencies = [("learning", "0009_cheaper_items")]

    operations = [
        *(migrations.AlterField(model, "span", SPANS) for model in ("coursefigures", "placefigures", "variantfigures")),
        migrations.RunSQL([(functions.PAST_PLACES, None)], [(functions.NO_PLACES, None)]),
        migrations.RunSQL([(functions.FOLD, None)], [(FOLD_WITHOUT, None)]),
    ]
