"""`manage.py load_demo [--force]`: the demo course, four people and some history, so that no page is empty.

Doing it again adds only what is missing. Refuses to make accounts with a known password on a server that others may reach.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coach.demo.content import Brought, bring_course, index_course
from coach.demo.earlier import ask_earlier, settle_figures
from coach.demo.labs import get_stuck, name_the_coach
from coach.demo.past import ask_in_the_past
from coach.demo.people import BEN, DEMO_PASSWORD, EVERYBODY, TESS, enrol, make_people
from coach.demo.quality import hold_to
from coach.demo.reading import read_along, try_labs
from courses.importing import BadCourse
from learning.models import ContentUpdate
from planning.demo import bring_subject
from planning.demo.plans import plan_for


class Command(BaseCommand):
    help = "Load the demo course and its people, for looking around on your own machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="make the accounts although this server has a database of its own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["force"] or settings.DEBUG or settings.EMBEDDED):
            raise CommandError(
                "The demo accounts have a password that everybody can read, and this server uses DATABASE_URL with DEBUG off. "
                "Add --force if nobody else can reach it."
            )
        since = time.perf_counter()
        try:
            brought = bring_course()
        except BadCourse as fault:
            raise CommandError(str(fault)) from fault
        self._people_and_past(brought)
        self.stdout.write(f"Loaded in {time.perf_counter() - since:.1f} s.\n\n{_logins()}")

    def _people_and_past(self, brought: Brought) -> None:
        course, now = brought.course, timezone.now()
        people = make_people()
        enrol(course, people)
        self.stdout.write(f"{course.title}: {_counted(brought.changes.counts())}")
        self.stdout.write(f"index: {_indexed(brought)}")
        self.stdout.write(f"accounts: {len(people.made)} new of {len(EVERYBODY)}")
        self.stdout.write(f"exam questions: {_counted(bring_subject().counts())}")
        self.stdout.write(f"study plans: {plan_for(people.account(BEN), now=now) or 'nothing to do'}")
        read, tried = read_along(course, people, now=now), try_labs(course, people, now=now)
        tried += get_stuck(course, people.account(BEN), now=now)
        name_the_coach(people.account(TESS))
        earlier = ask_earlier(course, people.account(TESS), now=now)
        asked = ask_in_the_past(course, people, now=now)
        if earlier or asked:
            settle_figures(course)
        self.stdout.write(f"quality: {hold_to(course, people.account(TESS))} questions that the coach is held to")
        self.stdout.write(f"history: {read} pages read, {tried} lab attempts, {earlier + asked} questions asked")


def _indexed(brought: Brought) -> str:
    update = index_course(brought)
    if update is None:
        return "nothing to do"
    if update.status != ContentUpdate.Status.COMPLETED:
        raise CommandError(f"The demo course could not be indexed: {update.error_message}")
    return f"{update.chunks_total} pieces, {update.chunks_embedded} of them embedded now"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items() if number) or "nothing to do"


def _logins() -> str:
    people = "\n".join(f"  {person.email:<18} {person.role}" for person in EVERYBODY)
    return f"Sign in with the password {DEMO_PASSWORD} as\n{people}"
