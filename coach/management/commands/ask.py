"""`manage.py ask COURSE "question" --as EMAIL [--json]`: one question through the whole house, from the command line."""

import asyncio
import json
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.door import acting_as, actor_for
from accounts.models import User
from accounts.signing_in import account_by_email
from coach.answering import answer_now
from coach.asking import QuestionRefused, ask
from coach.models import Query
from coach.reporting import Report, report
from courses.models import Course


class Command(BaseCommand):
    help = "Ask the coach of a course a question, as a person who may."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="slug of the course")
        parser.add_argument("question")
        parser.add_argument("--as", dest="email", required=True, help="e-mail address of the person who asks")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        person = account_by_email(options["email"])
        if person is None:
            raise CommandError(f"No active account has the address {options['email']}.")
        found = _answered(person, options["course"], options["question"])
        self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False) if options["json"] else _words(found))


def _answered(person: User, slug: str, question: str) -> Report:
    with acting_as(person):
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            raise CommandError(f"{person.email} has no course '{slug}'.")
        try:
            query = ask(learner=person, course=course, question=question, key=uuid.uuid4(), now=timezone.now())
        except QuestionRefused as refusal:
            raise CommandError(refusal.message) from refusal
    asyncio.run(answer_now(query.pk, actor_for(person)))
    with acting_as(person):
        return report(Query.objects.with_answer().get(pk=query.pk), slug=slug)


def _words(found: Report) -> str:
    sure = "" if found.confidence is None else f", sure {found.confidence:.0%}"
    head = f"{found.label or found.status}{sure}, {found.intent}, {found.provider or '-'}, {found.timings.get('total', 0)} ms"
    return "\n".join([head, "", found.answer, "", *map(_place, found.citations)]).rstrip()


def _place(citation: dict[str, Any]) -> str:
    return f"[{citation['number']}] {' › '.join([citation['title'], *citation['heading_path'][1:]])}  {citation['url']}"
