"""What commands share that fill the demo for one learner: who that is, and in which course."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.door import SYSTEM, acting_as
from courses.models import Enrolment

DEMO_LEARNER = "ada@example.com"


class ForDemoLearner(BaseCommand):
    """A command that takes a learner's address and loads something for them, in the course where they were enrolled first."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default=DEMO_LEARNER)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(SYSTEM):
            enrolments = Enrolment.objects.filter(learner__email=options["email"], course__closed_at=None)
            enrolment = enrolments.select_related("learner", "course").order_by("created_at").first()
        if enrolment is None:
            raise CommandError("Nobody with this address is in a course; run load_demo first.")
        self.stdout.write(self.load(enrolment))

    def load(self, enrolment: Enrolment) -> str:
        """What was loaded, in words."""
        raise NotImplementedError
