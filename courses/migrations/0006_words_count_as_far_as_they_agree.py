"""What was said of an objective counts by its value; before, each counted in full."""

from django.db import migrations

from courses.concept_functions import RECKONED, SAID

BY_COUNT = RECKONED.replace(SAID, "count(*)")


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0005_attempts_from_outside"),
    ]

    operations = [
        migrations.RunSQL(RECKONED, BY_COUNT),
    ]
