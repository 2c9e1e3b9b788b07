"""From a marked attempt to an improvement plan, once; and ticking its actions.

The worker picks marked attempts up; a result page that is faster makes the plan itself. Doing it twice makes one. Marks that a
person changed afterwards make the plan anew, with what was ticked. A new plan or a tick reaches the study plan of the subject:
weak points come nearer, and a ticked action counts as a review of its points.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from planning.improve.advising import Action, actions, carried_over
from planning.improve.finding import MarkedAnswer, read_objectives, read_points, shares, weaknesses
from planning.models import Attempt, AttemptedQuestion, ImprovementPlan, QuestionPoint, StudyPlan, StudyReview, Subject
from planning.study.keeping import go_on, record, today_of
from planning.study.making import lock
from planning.study.syllabus import topics_of

TICK_GRADE = 3  # a ticked action counts as a review that went right with effort: nobody examined it
AT_ONCE = 50  # attempts that one sweep of the worker looks after
NOTES = 500  # characters of a note on an action


def waiting() -> list[UUID]:
    """Marked attempts without a plan, and those whose marks a person changed since; for the worker."""
    plans = ImprovementPlan.objects.filter(attempt=OuterRef("pk"))
    later = AttemptedQuestion.objects.filter(
        attempt=OuterRef("attempt"), reviewed_at__gt=F("attempt__improvement_plans__made_at")
    )
    none = Attempt.objects.filter(~Exists(plans), status=Attempt.Status.MARKED).order_by("pk")
    changed = ImprovementPlan.objects.filter(Exists(later)).values_list("attempt_id", flat=True)
    return [*none.values_list("pk", flat=True)[:AT_ONCE], *changed[:AT_ONCE]]


def ensure(attempt_id: UUID) -> None:
    """Make or renew the plan of a marked attempt; nothing when it is up to date."""
    with acting_as(SYSTEM):
        attempt = Attempt.objects.select_related("subject", "student").filter(pk=attempt_id, status=Attempt.Status.MARKED).first()
        if attempt is None:
            return
        there = ImprovementPlan.objects.select_for_update().filter(attempt=attempt).first()
        if there and not attempt.answers.filter(reviewed_at__gt=there.made_at).exists():
            return
        _write(attempt, there, timezone.now())


def marked_answers(attempt_ids: list[Any]) -> dict[Any, list[MarkedAnswer]]:
    """The marked answers of attempts, by attempt, in their order; two queries."""
    rows = list(
        AttemptedQuestion.objects.filter(attempt_id__in=attempt_ids, state=AttemptedQuestion.State.MARKED)
        .select_related("version")
        .order_by("attempt_id", "position")
    )
    codes: dict[Any, list[str]] = {}
    links = QuestionPoint.objects.filter(question_id__in={row.version.question_id for row in rows})
    for question_id, code in links.order_by("point__position", "point__code").values_list("question_id", "point__code"):
        codes.setdefault(question_id, []).append(code)
    found: dict[Any, list[MarkedAnswer]] = {attempt_id: [] for attempt_id in attempt_ids}
    for row in rows:
        found[row.attempt_id].append(_marked(row, tuple(codes.get(row.version.question_id, ()))))
    return found


def _marked(row: AttemptedQuestion, codes: tuple[str, ...]) -> MarkedAnswer:
    feedback = row.marking_feedback
    return MarkedAnswer(
        number=row.position,
        answer=row.answer or (_("(a choice)") if row.chosen else ""),
        points=read_points(feedback),
        syllabus=codes,
        objectives=read_objectives(feedback),
        is_full=row.marks_awarded is not None and row.marks_awarded >= row.maximum_marks,
    )


def tick(*, plan: ImprovementPlan, action_id: str, is_done: bool, notes: str, now: datetime) -> ImprovementPlan | None:
    """Tick an action, or take the tick back; None when there is no such action. What a tick counted for stays counted."""
    locked = ImprovementPlan.objects.select_for_update(of=("self",)).select_related("subject").get(pk=plan.pk)
    item = next((each for each in locked.action_items if each["id"] == action_id), None)
    if item is None:
        return None
    today = timezone.localtime(now).date()
    was_done, item["completed"] = item["completed"], is_done
    locked.progress = {**(locked.progress or {}), action_id: _progress(locked, action_id, is_done, notes, today)}
    locked.save(update_fields=["action_items", "progress"])
    if is_done and not was_done:
        _feed(locked, item, now)
    return locked


def _progress(plan: ImprovementPlan, action_id: str, is_done: bool, notes: str, today: date) -> dict[str, Any]:
    before = (plan.progress or {}).get(action_id, {})
    return {
        "started": before.get("started") or today.isoformat(),
        "completed": today.isoformat() if is_done else None,
        "notes": notes[:NOTES] or before.get("notes", ""),
    }


def _feed(plan: ImprovementPlan, item: dict[str, Any], now: datetime) -> None:
    """A ticked action is a review of its points, today; the study plan goes on from there."""
    study = _study_plan(plan.student_id, plan.subject)
    today = today_of(study, now) if study else timezone.localtime(now).date()
    already = StudyReview.objects.filter(student_id=plan.student_id, subject=plan.subject, reviewed_on=today)
    graded = set(already.values_list("topic", flat=True))
    leaves = {topic.code for topic in topics_of(plan.subject)}
    grades = {code: TICK_GRADE for code in item.get("syllabus_points", ()) if code in leaves - graded}
    record(plan.student_id, plan.subject, grades, today, StudyReview.Source.IMPROVEMENT)
    if study:
        go_on(lock(study), today)


def _write(attempt: Attempt, there: ImprovementPlan | None, now: datetime) -> None:
    answers = marked_answers([attempt.pk])[attempt.pk]
    study = _study_plan(attempt.student_id, attempt.subject)
    today = today_of(study, now) if study else now.date()
    exam_date = study.exam_date if study and study.exam_date > today else None
    found = weaknesses(answers)
    items = actions(found, topics_of(attempt.subject), today=today, exam_date=exam_date)
    fields = {"weaknesses": found, "shares": _stored_shares(answers), "made_at": now}
    if there:
        _renew(there, fields, items)
    elif not _create(attempt, fields, items):
        return
    if study:
        go_on(lock(study), today)


def _renew(there: ImprovementPlan, fields: dict[str, Any], items: list[Action]) -> None:
    there.action_items = carried_over(items, there.action_items)
    for name, value in fields.items():
        setattr(there, name, value)
    there.save()


def _create(attempt: Attempt, fields: dict[str, Any], items: list[Action]) -> bool:
    """False when somebody was faster."""
    try:
        with transaction.atomic():
            ImprovementPlan.objects.create(
                student_id=attempt.student_id, attempt=attempt, subject=attempt.subject, action_items=items, **fields
            )
    except IntegrityError:
        if not ImprovementPlan.objects.filter(attempt=attempt).exists():
            raise
        return False
    return True


def _stored_shares(answers: list[MarkedAnswer]) -> dict[str, dict[str, str]]:
    return {name: {"awarded": str(share.awarded), "maximum": str(share.maximum)} for name, share in shares(answers).items()}


def _study_plan(learner_id: Any, subject: Subject) -> StudyPlan | None:
    return StudyPlan.objects.active().filter(Q(student_id=learner_id), subject=subject).first()
