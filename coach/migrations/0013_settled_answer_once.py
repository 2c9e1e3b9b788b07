from django.db import migrations

from coach.settled_functions import SETTLED_ANSWER


class Migration(migrations.Migration):

    dependencies = [('coach', '0012_point_explanations')]

    operations = [migrations.RunSQL([(SETTLED_ANSWER, None)], migrations.RunSQL.noop)]
