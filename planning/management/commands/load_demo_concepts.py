"""`manage.py load_demo_concepts [EMAIL]`: concepts and a plan for the demo's learner, after `load_demo`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from courses.models import Enrolment
from planning.demo_concepts import pursue_in_the_past

DEMO_LEARNER = "ada@example.com"


class Command(BaseCommand):
    help = "Load concepts and a learning plan for the demo's learner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default=DEMO_LEARNER)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(SYSTEM):
            enrolments = Enrolment.objects.filter(learner__email=options["email"], course__closed_at=None)
            enrolment = enrolments.select_related("learner", "course").order_by("created_at").first()
        if enrolment is None:
            raise CommandError("Nobody with this address is in a course; run load_demo first.")
        made = pursue_in_the_past(enrolment.learner, enrolment.course, now=timezone.now())
        self.stdout.write(f"{made} concepts")
