"""Django admin's own log names people and what they did: policies for it, append-only."""

from django.db import migrations

from accounts.policies import ADMINS, release_table, secure_table


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_signing_in"), ("admin", "0003_logentry_add_action_flag_choices")]

    operations = [
        migrations.RunSQL(
            "; ".join(secure_table("django_admin_log", select=ADMINS, insert=ADMINS)),
            "; ".join(release_table("django_admin_log")),
        ),
    ]
