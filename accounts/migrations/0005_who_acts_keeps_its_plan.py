from django.db import migrations

from accounts import functions


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_rights_kept")]

    operations = [migrations.RunSQL([(functions.WHO_ACTS_KEPT, None)], [(functions.WHO_ACTS_AGAIN, None)])]
