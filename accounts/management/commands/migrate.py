"""`migrate` works through the owner role; the app role that serves cannot change tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate

from accounts.migrating import keeping_classes


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        with keeping_classes():
            super().handle(*args, **options)
