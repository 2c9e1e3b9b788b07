"""The figures are what a plain count of the rows says, whatever happened and in whatever order it was folded."""

import random
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import counting, escalating, rating, replying, settling
from coach.insights.figures import read
from coach.insights.periods import read_period
from coach.models import Escalation, Feedback, Query
from courses.models import Course
from learning import approving, undoing
from learning.applying import process
from learning.correcting import correct
from learning.insight_functions import LATE
from learning.insights import fold_insights
from learning.models import ConversationMemory, CourseFigures, InsightNote, LearningItem, PlaceFigures, VariantFigures
from learning.tasks import sweep_learning
from tests.conftest import make_person
from tests.insights.conftest import asked, folded
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = date(2001, 1, 1)  # a Monday
LABELS = ("course_text", "verified", "ai_draft", "not_found")


def slot(took: timedelta) -> int:
    """The slot that a duration belongs to, by plain comparison."""
    bounds = [60 * 10 ** (step / 8) for step in range(1, 48)]
    return sum(took.total_seconds() >= bound for bound in bounds)


def day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def recount(course: Course) -> dict[str, Counter[Any]]:
    """The same figures, counted row by row in Python."""
    course_, place, variant = Counter[Any](), Counter[Any](), Counter[Any]()
    with acting_as(SYSTEM):
        turns = Query.objects.filter(course=course).with_answer().select_related("course")
        for query in turns:
            answer, at, escalation = query.response, day(query.created_at), getattr(query, "escalation", None)
            weak = answer.label == "not_found" or (answer.confidence_score or 0) < query.course.escalation_threshold
            course_.update(
                {(at, "asked"): 1, (at, answer.label): 1, (at, "confidence", min(9, int(answer.confidence_score * 10))): 1}
            )
            course_[at, "confidence_sum"] += round(answer.confidence_score * 1000)
            where = query.context.get("place") or "networks"
            place.update({(at, where, "asked"): 1})
            place[at, where, "gaps"] += weak or escalation is not None
            variant[at, answer.prompt_version, "asked"] += 1
            if escalation:
                course_[at, "escalated"] += 1
                place[at, where, "escalated"] += 1
                if escalation.first_replied_at:
                    course_[
                        day(escalation.first_replied_at), "reply", slot(escalation.first_replied_at - escalation.created_at)
                    ] += 1
            for opinion in Feedback.objects.filter(response=answer):
                course_[at, opinion.rating] += 1
                variant[at, answer.prompt_version, opinion.rating] += 1
        for item in LearningItem.objects.filter(course=course):
            course_[day(item.created_at), "made"] += 1
            if item.status in {"approved", "applied"}:
                course_[day(item.reviewed_at), "approved"] += 1
            if item.status == "rejected":
                course_[day(item.reviewed_at), "rejected"] += 1
            if item.status == "applied":
                course_[day(item.applied_at), "applied"] += 1
                said = ConversationMemory.objects.get(pk=item.conversation_id)
                course_[day(item.applied_at), "live", slot(item.applied_at - said.created_at)] += 1
    return {"course": +course_, "place": +place, "variant": +variant}


SINGLE = ("asked", *LABELS, "confidence_sum", "escalated", "helpful", "not_helpful", "made", "approved", "rejected", "applied")
ARRAYS = {"confidences": "confidence", "reply_times": "reply", "live_times": "live"}


def kept(course: Course, span: str) -> dict[str, Counter[Any]]:
    """What the relations say, in the same shape."""
    course_, place, variant = Counter[Any](), Counter[Any](), Counter[Any]()
    with acting_as(SYSTEM):
        for row in CourseFigures.objects.filter(course=course, span=span):
            course_.update({(row.date, name): getattr(row, name) for name in SINGLE})
            for name, short in ARRAYS.items():
                course_.update({(row.date, short, n): count for n, count in enumerate(getattr(row, name))})
        for row in PlaceFigures.objects.filter(course=course, span=span):
            place.update({(row.date, row.place_id, name): getattr(row, name) for name in ("asked", "gaps", "escalated")})
        for row in VariantFigures.objects.filter(course=course, span=span):
            names = ("asked", "helpful", "not_helpful")
            variant.update({(row.date, row.variant, name): getattr(row, name) for name in names})
    return {"course": +course_, "place": +place, "variant": +variant}


def by_week(figures: dict[str, Counter[Any]]) -> dict[str, Counter[Any]]:
    found = {name: Counter[Any]() for name in figures}
    for name, counts in figures.items():
        for (at, *rest), count in counts.items():
            found[name][(at - timedelta(days=at.weekday()), *rest)] += count
    return found


def by_eight_weeks(counts: Counter[Any]) -> Counter[Any]:
    found = Counter[Any]()
    for (at, *rest), count in counts.items():
        found[(FIRST + 8 * timedelta(weeks=(at - FIRST).days // 56), *rest)] += count
    return found


class Days:
    """Somebody's random days with the coach."""

    def __init__(self, seed: int, course: Course, ada: User, tess: User, rex: User) -> None:
        self.chance, self.course, self.ada, self.tess, self.rex = random.Random(seed), course, ada, tess, rex

    def go(self) -> None:
        self.chance.choice(
            [self.ask, self.ask, self.escalate, self.reply, self.rate, self.unrate, self.teach, self.judge, self.fold]
        )()

    def fold(self) -> None:
        fold_insights()

    def ask(self) -> None:
        asked(
            self.ada, self.course, days_ago=self.chance.randrange(20), label=self.chance.choice(LABELS),
            confidence=self.chance.choice([0, 0.05, 0.3, 0.55, 0.999, 1]),
            place=self.chance.choice(["volumes", "lab-database", ""]),
            variant=self.chance.choice(["coach-v1", "coach-v2", ""]),
        )  # fmt: skip

    def _query(self) -> Query | None:
        with acting_as(self.ada):
            rows = list(Query.objects.with_answer().filter(learner=self.ada))
        return self.chance.choice(rows) if rows else None

    def escalate(self) -> None:
        if query := self._query():
            with acting_as(self.ada):
                try:
                    self.chance.choice([escalating.ask_trainer, escalating.withdraw])(query=query)
                except escalating.EscalationRefused:
                    return

    def reply(self) -> None:
        with acting_as(self.tess):
            rows = list(Escalation.objects.all())
            if not rows:
                return
            row, written = self.chance.choice(rows), replying.Reply("Thus.", teach=False)
            deed = self.chance.choice(["reply", "edit", "undo", "settle"])
            try:
                if deed == "settle":
                    settling.settle(self.tess, [row.pk])
                elif deed == "undo":
                    replying.undo(row, self.tess)
                else:
                    getattr(replying, deed)(row, written, self.tess)
            except replying.ReplyRefused:
                return

    def rate(self) -> None:
        if query := self._query():
            with acting_as(self.ada):
                rating.rate(response=query.response, learner=self.ada, rating=self.chance.choice(["helpful", "not_helpful"]))

    def unrate(self) -> None:
        if query := self._query():
            with acting_as(self.ada):
                rating.withdraw(query.response, self.ada, "helpful")

    def teach(self) -> None:
        if query := self._query():
            with acting_as(SYSTEM):
                memory = ConversationMemory.objects.get(source_id=query.pk)
            with acting_as(self.tess):
                correct(
                    conversation=memory, trainer=self.tess, corrected_answer="Because.",
                    priority=self.chance.choice(["low", "urgent"]),
                )  # fmt: skip

    def judge(self) -> None:
        with acting_as(self.rex):
            items = list(LearningItem.objects.exclude(proposed_content=""))
            if not items:
                return
            item = self.chance.choice(items)
            try:
                self.chance.choice([
                    lambda: approving.approve(item_id=item.pk, reviewer=self.rex),
                    lambda: approving.reject(item_id=item.pk, reviewer=self.rex, reason="No."),
                    lambda: approving.reopen(item_id=item.pk, reviewer=self.rex),
                    lambda: undoing.undo(item_id=item.pk, reviewer=self.rex),
                    lambda: self._apply(item.pk),
                ])()  # fmt: skip
            except approving.ReviewRefused:
                return

    def _apply(self, item_id: uuid.UUID) -> None:
        with acting_as(SYSTEM):
            process([item_id])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_says_what_a_plain_count_says(course: Course, ada: User, tess: User, rex: User, seed: int) -> None:
    days = Days(seed, course, ada, tess, rex)
    for _step in range(120):
        days.go()
    folded()
    plain = recount(course)
    assert sum(plain["course"].values()) > 100
    assert kept(course, "day") == plain
    assert kept(course, "week") == by_week(plain)
    assert kept(course, "8w") == {"course": {}, "place": by_eight_weeks(plain["place"]), "variant": {}}
    counting.count_anew(course.pk)
    assert kept(course, "day") == plain


@pytest.mark.parametrize(
    ("period", "step", "steps", "ago"),
    [
        ("7d", timedelta(days=1), 7, [0, 1, 5, 6, 7, 9]),
        ("30d", timedelta(days=1), 30, [0, 1, 2, 6, 7, 20, 25, 27, 28, 29, 30, 33]),
        ("12w", timedelta(weeks=1), 12, [0, 1, 3, 7, 8, 10, 11, 12, 14]),
        ("52w", timedelta(weeks=1), 52, [0, 1, 7, 8, 20, 44, 47, 49, 50, 51, 52, 60]),
    ],
)
def test_it_adds_places_up(
    course: Course, ada: User, tess: User, period: str, step: timedelta, steps: int, ago: list[int]
) -> None:
    for number in ago:
        asked(ada, course, days_ago=number * step.days, label="not_found")
    folded()
    for later in range(9):  # wherever the wider spans begin
        chosen = read_period(period, datetime.now(UTC) + later * step)
        with acting_as(tess):
            places = read([course], chosen).places
        within = sum(number + later < steps for number in ago)
        assert [(place.asked, place.gaps) for place in places] == [(within, within)] * bool(within)


def test_it_is_fresh_within_a_minute_even_without_a_worker(course: Course, ada: User, tess: User) -> None:
    asked(ada, course, days_ago=0)
    assert "Nothing has happened" in signed_in(tess).get("/desk/insights/").content.decode()  # seconds old: the worker's
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("UPDATE insight_notes SET id = uuidv7(interval '-31 seconds')")
    assert "1 question was asked" in signed_in(tess).get("/desk/insights/").content.decode()
    with acting_as(SYSTEM):
        assert not InsightNote.objects.exists()


def test_it_is_folded_by_the_worker_every_few_seconds(course: Course, ada: User) -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE
    paces = [
        entry["schedule"] for entry in schedule.values() if entry["task"] in {"learning.sweep_learning", "coach.sweep_turns"}
    ]
    assert sum(paces, timedelta()) + timedelta(seconds=LATE) <= timedelta(seconds=60)  # remembered, folded, read
    asked(ada, course)
    sweep_learning()
    with acting_as(SYSTEM):
        assert CourseFigures.objects.filter(asked=1).count() == 2
        assert not InsightNote.objects.exists()


def test_it_counts_each_note_once_with_several_workers(course: Course, ada: User) -> None:
    for number in range(30):
        asked(ada, course, days_ago=number % 3)
    start = threading.Barrier(4)

    def work() -> int:
        start.wait()
        try:
            with acting_as(SYSTEM), connection.cursor() as cursor:
                cursor.execute("SELECT fold_insights(5) + fold_insights(5) + fold_insights(5)")
                return int(cursor.fetchone()[0])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = sum(future.result() for future in [pool.submit(work) for _worker in range(4)])
    done += fold_insights()
    assert done == 30
    assert kept(course, "day") == recount(course)


def test_it_shows_the_rows_to_those_who_run_the_course(course: Course, ada: User, tess: User, rex: User) -> None:
    asked(ada, course)
    folded()
    for person, seen in ((ada, False), (tess, True), (rex, True), (make_person("Tom", "trainer"), False)):
        with acting_as(person):
            for model in (CourseFigures, PlaceFigures, VariantFigures):
                assert model.objects.exists() is seen
            assert not InsightNote.objects.exists()


def test_it_counts_anew_on_command(course: Course, ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    asked(ada, course)
    folded()
    with acting_as(SYSTEM):
        CourseFigures.objects.update(asked=99)
    call_command("recount_figures", "containers")
    assert "containers: 1 notes" in capsys.readouterr().out
    assert kept(course, "day") == recount(course)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("recount_figures", "nowhere")
