"""Keeping to a plan: grading topics, finishing days, catching up after missed ones, and closing it.

A grade is saved first and stays; then the days after today are planned anew from all grades there are. Today's list itself does
not move under the learner's hands. Days that were missed are noticed by `catch_up`, at first sight of the plan or by the worker,
and it says in `changes` what moved where.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.zones import zone_named
from planning.models import Attempt, StudyPlan, StudyReview, Subject
from planning.study import schedule as days
from planning.study.making import TOMORROW, Matter, begun_on, lay_out, lock, matter_of, note_next_day
from planning.study.syllabus import topics_of

GRADES = (
    (0, gettext_lazy("Nothing came")),
    (1, gettext_lazy("Wrong, but I knew it when I saw it")),
    (2, gettext_lazy("Wrong, though the answer felt near")),
    (3, gettext_lazy("Right, with much effort")),
    (4, gettext_lazy("Right, after a moment")),
    (5, gettext_lazy("Right at once")),
)


class NotPossible(Exception):
    """A deed does not fit the plan as it is now."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def grade(*, study_plan: StudyPlan, topic: str, value: int, today: date) -> StudyPlan:
    """Keep how well a topic was known today; grading it again the same day corrects the grade. Raises NotPossible."""
    locked = _open(catch_up(study_plan, today))
    if topic not in {each.code for each in topics_of(locked.subject)}:
        raise NotPossible(_("The syllabus has no such topic."))
    if value not in dict(GRADES):
        raise NotPossible(_("A grade is 0 to 5."))
    record(locked.student_id, locked.subject, {topic: value}, today, StudyReview.Source.PLAN)
    return go_on(locked, today)


def record(learner_id: Any, subject: Subject, grades: dict[str, int], today: date, source: str) -> None:
    """Save grades of one day; the last one of a topic counts."""
    StudyReview.objects.bulk_create(
        [
            StudyReview(student_id=learner_id, subject=subject, topic=code, grade=value, reviewed_on=today, source=source)
            for code, value in grades.items()
        ],
        update_conflicts=True,
        unique_fields=["student", "subject", "topic", "reviewed_on"],
        update_fields=["grade", "source"],
    )


def go_on(locked: StudyPlan, today: date) -> StudyPlan:
    """Tick what is done of today, and plan from tomorrow on with what is known now. Of an active, locked plan."""
    matter = matter_of(locked.student_id, locked.subject)
    _lay_out_from(locked, matter, today, today + TOMORROW)
    _tick(locked, matter, today)
    locked.save()
    return locked


def finish_day(*, study_plan: StudyPlan, today: date) -> StudyPlan:
    """Today is done, a practice exam on paper included. Raises NotPossible while topics have no grade."""
    locked = _open(study_plan)
    entry = days.on(locked.schedule, today)
    if entry is None:
        raise NotPossible(_("Nothing is planned for today."))
    if _ungraded(entry, matter_of(locked.student_id, locked.subject), today):
        raise NotPossible(_("Say of each topic how it went; then the day is done."))
    entry["completed"] = True
    note_next_day(locked)
    locked.save(update_fields=["schedule", "next_day", "updated_at"])
    return locked


def replan(*, study_plan: StudyPlan, today: date) -> StudyPlan:
    """Plan anew from today on; grades of today stay and count. Raises NotPossible."""
    locked = _open(study_plan)
    if locked.exam_date <= today:
        raise NotPossible(_("The exam day has come, so there is nothing left to plan."))
    return _anew(locked, matter_of(locked.student_id, locked.subject), today)


def catch_up(study_plan: StudyPlan, today: date) -> StudyPlan:
    """Make the plan anew when a planned day passed undone; close it when the exam is over. Else the plan as it is."""
    if not study_plan.is_active or not _is_behind(study_plan, today):
        return study_plan
    locked = lock(study_plan)
    if not locked.is_active or not _is_behind(locked, today):
        return locked
    if locked.exam_date < today:
        return _closed(locked, StudyPlan.Status.COMPLETED)
    return _anew(locked, matter_of(locked.student_id, locked.subject), today)


def behind(now: datetime) -> list[UUID]:
    """Active plans that may have a missed day somewhere on earth; for the worker."""
    latest = (now + TOMORROW).date()
    rows = StudyPlan.objects.active().filter(Q(next_day__lt=latest) | Q(exam_date__lt=latest))
    return list(rows.values_list("pk", flat=True))


def today_of(study_plan: StudyPlan, now: datetime) -> date:
    """The learner's date."""
    return timezone.localtime(now, zone_named(study_plan.time_zone)).date()


def abandon(study_plan: StudyPlan) -> StudyPlan:
    return _closed(_open(study_plan), StudyPlan.Status.ABANDONED)


def complete(study_plan: StudyPlan) -> StudyPlan:
    return _closed(_open(study_plan), StudyPlan.Status.COMPLETED)


def see_zone(study_plan: StudyPlan, zone: str) -> None:
    """Keep the zone in which the learner reads now: the worker and the calendar count days in it."""
    if study_plan.is_active and study_plan.time_zone != zone:
        StudyPlan.objects.filter(pk=study_plan.pk).update(time_zone=zone)
        study_plan.time_zone = zone


def _open(study_plan: StudyPlan) -> StudyPlan:
    locked = lock(study_plan)
    if not locked.is_active:
        raise NotPossible(_("This plan is closed. What you graded is kept, and a new plan begins with it."))
    return locked


def _is_behind(study_plan: StudyPlan, today: date) -> bool:
    return study_plan.exam_date < today or bool(study_plan.next_day and study_plan.next_day < today)


def _anew(locked: StudyPlan, matter: Matter, today: date) -> StudyPlan:
    gone = days.missed(locked.schedule, min(locked.planned_on, today), today)
    _lay_out_from(locked, matter, today, today + TOMORROW if begun_on(today, matter) else today)
    if gone:
        done = [(code, review.on) for code, reviews in matter.reviews.items() for review in reviews]
        moved = days.moves(gone, days.since(locked.schedule, today), done)
        locked.changes = {
            "on": today.isoformat(),
            "missed": [entry["date"] for entry in gone],
            "moved": [move.as_json() for move in moved],
        }
    _tick(locked, matter, today)
    locked.save()
    return locked


def _lay_out_from(locked: StudyPlan, matter: Matter, today: date, start: date) -> None:
    """Plan from `start`, which is today, or tomorrow when today's list stays as it is. Nothing from the exam's day on."""
    if start < locked.exam_date:
        lay_out(locked, matter, start)
    locked.planned_on = today
    note_next_day(locked)


def _tick(locked: StudyPlan, matter: Matter, today: date) -> None:
    entry = days.on(locked.schedule, today)
    if entry and not _ungraded(entry, matter, today):
        has_exam = "practice_exam" in entry["activities"]
        entry["completed"] = entry["completed"] or not has_exam or _practised(locked, today)
        note_next_day(locked)


def _ungraded(entry: days.DaySchedule, matter: Matter, today: date) -> list[str]:
    done = {code for code, reviews in matter.reviews.items() if any(review.on >= today for review in reviews)}
    return [code for code in entry["topics"] if code not in done]


def _practised(locked: StudyPlan, today: date) -> bool:
    """Whether the learner handed in an attempt of the subject today."""
    start = timezone.make_aware(datetime.combine(today, datetime.min.time()), zone_named(locked.time_zone))
    since = Attempt.objects.filter(student_id=locked.student_id, subject_id=locked.subject_id, submitted_at__gte=start)
    return since.exists()


def _closed(locked: StudyPlan, status: str) -> StudyPlan:
    locked.status = status
    locked.next_day = None
    locked.save(update_fields=["status", "next_day", "updated_at"])
    return locked
