"""The functions of the narrow door, and policies for the tables that Django makes for people's groups and rights."""

from django.db import migrations

from accounts import functions
from accounts.policies import ADMINS, own, release_table, secure_table

THEIRS = own("user_id").replace("visible_", "known_")
RULES = {"select": THEIRS, "insert": ADMINS, "update": ADMINS, "delete": ADMINS}
TABLES = ("users_groups", "users_user_permissions")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [
        migrations.RunSQL(functions.SIGNING_IN, functions.DROP_SIGNING_IN),
        *(migrations.RunSQL("; ".join(secure_table(table, **RULES)), "; ".join(release_table(table))) for table in TABLES),
    ]
