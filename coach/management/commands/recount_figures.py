"""`manage.py recount_figures [COURSE ...]`: count the dashboard's figures anew from the rows behind them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.door import SYSTEM, acting_as
from coach.counting import count_anew
from courses.models import Course


class Command(BaseCommand):
    help = "Count the dashboard's figures anew, after a course's threshold changed or rows came in from outside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("courses", nargs="*", metavar="COURSE", help="slugs; all courses without any")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(SYSTEM):
            found = dict(Course.objects.values_list("slug", "pk"))
        unknown = set(options["courses"]) - set(found)
        if unknown:
            raise CommandError(f"There is no course {', '.join(sorted(unknown))}.")
        for slug in options["courses"] or sorted(found):
            self.stdout.write(f"{slug}: {count_anew(found[slug])} notes")
