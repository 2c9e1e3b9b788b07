"""`manage.py changepassword`: Django's own, behind the door, because nobody else may give somebody a new password."""

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import connection

from accounts.door import SYSTEM, acting_as


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # somebody is typing
            return super().handle(*args, **options)
