"""The demo: complete, the same after a second loading, and never on a server that others may reach."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.demo.content import folder
from coach.demo.earlier_words import EARLIER
from coach.demo.past import QUESTIONS
from coach.models import Escalation, Feedback, Query, Response
from courses.importing import read
from courses.models import Chapter, Course, CourseAsset, Enrolment, Lab, LabAttempt, PlaceProgress
from learning.models import CorrectionEffect, CourseFigures, DailyLearningMetrics, Knowledge, QualityQuestion, QualityRun
from tests.conftest import ROOT

PAGES = (Course, Chapter, Lab, CourseAsset, User, Enrolment, PlaceProgress)
COUNTED = (*PAGES, LabAttempt, Query, Feedback, Escalation, QualityQuestion, QualityRun)


def _counts() -> dict[str, int]:
    with acting_as(SYSTEM):
        return {model.__name__: model.objects.count() for model in COUNTED}


def _load(**options: bool) -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_it_fills_every_page_and_adds_nothing_the_second_time() -> None:
    assert "ada@example.com" in _load()
    first = _counts()
    assert all(first.values())
    assert (first["Chapter"], first["Lab"], first["Query"]) == (12, 5, len(QUESTIONS) + len(EARLIER))
    with acting_as(SYSTEM):
        _asked_through_the_real_deeds_and_dated_back()
        _lived_through_the_loop()
        assert all(run.figures["right"] >= 0.8 * run.figures["questions"] for run in QualityRun.objects.all())
    _load()
    assert _counts() == first


def _asked_through_the_real_deeds_and_dated_back() -> None:
    turns = list(Query.objects.with_answer().order_by("created_at"))
    assert {turn.status for turn in turns} == {"answered", "escalated", "resolved"}
    assert all(turn.response.state == "complete" and turn.response.provider == "extractive" for turn in turns)
    assert (turns[-1].created_at - turns[0].created_at).days >= 60
    assert Escalation.objects.get(status="pending").trainer.email == "tess@example.com"


def _lived_through_the_loop() -> None:
    labels = Counter(Response.objects.values_list("label", flat=True))
    assert labels["verified"] >= 4  # answered from what Tess had replied to others
    assert Knowledge.objects.live().count() == CorrectionEffect.objects.exclude(counted_from=None).count() >= 5
    week, today = CourseFigures.objects.filter(span="week"), timezone.now().date()
    assert week.count() >= 8
    assert sum(row.asked for row in week) >= len(EARLIER)
    assert sum(sum(row.reply_times) for row in week) >= 8
    assert not DailyLearningMetrics.objects.filter(date=today, count__gt=1).exists()  # nothing came in while it was loaded


@pytest.mark.django_db(transaction=True)
def test_it_makes_no_accounts_on_a_server_of_others(settings: object) -> None:
    settings.EMBEDDED = settings.DEBUG = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="--force"):
        _load()
    assert not any(_counts().values())


def test_it_brings_a_course_without_faults() -> None:
    draft = read(folder())
    assert draft.notes == ()
    assert {page.day for page in draft.pages} == {1, 2, 3}


def test_it_measures_with_questions_about_pages_that_exist() -> None:
    pages = {page.place_id for page in read(folder()).pages}
    answered, mixed = (_expected(f"benchmarks/data/demo-{name}.jsonl") for name in ("questions", "confidence"))
    assert {place for places in answered for place in places} == pages
    assert all(answered)
    assert sum(not places for places in mixed) == 15


def _expected(path: str) -> list[list[str]]:
    return [json.loads(line)["expected"] for line in (ROOT / path).read_text().splitlines()]
