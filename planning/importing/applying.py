"""Writes what an import says, all of it or nothing. What has not changed is left alone; a changed question gets a new version."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from planning.exam_models import Question, Subject, SyllabusPoint
from planning.importing.comparing import Changes, compare, course_for
from planning.importing.drafts import Draft, PointDraft, QuestionDraft
from planning.importing.versions import add_version


def apply(*, code: str, draft: Draft, author: User | None = None) -> tuple[Subject, Changes]:
    """The subject, made when it is not there, and what has changed. Behind the door of an admin or the system.

    Raises BadQuestions, and then nothing is written.
    """
    with transaction.atomic():
        subject = Subject.objects.filter(code=code).select_for_update(of=("self",)).select_related("course").first()
        changes = compare(subject, draft)
        subject = _subject(subject, code, draft)
        touched = {(change.code, change.is_point) for change in changes.all if change.kind != "unchanged"}
        _store_points(subject, [point for point in draft.points if (point.code, True) in touched])
        points = {point.code: point for point in subject.points.all()}
        rows = {question.code: question for question in subject.questions.select_related("current")}
        for question in draft.questions:
            if (question.code, False) in touched:
                _store(subject, question, rows.get(question.code), points, author)
    return subject, changes


def _subject(subject: Subject | None, code: str, draft: Draft) -> Subject:
    said = draft.subject
    if subject is None:
        course = course_for(None, draft)
        return Subject.objects.create(code=code, title=said.title or code, description=said.description, course=course)
    subject.title, subject.description = said.title or subject.title, said.description or subject.description
    subject.course = course_for(subject, draft)
    subject.save(update_fields=["title", "description", "course", "updated_at"])
    return subject


def _store_points(subject: Subject, drafts: list[PointDraft]) -> None:
    course = subject.course
    named = {draft.chapter for draft in drafts if draft.chapter}
    chapters = {row.chapter_id: row for row in course.chapters.current().filter(chapter_id__in=named)} if course else {}
    last = subject.points.aggregate(last=Max("position"))["last"] or 0
    for number, draft in enumerate(drafts, start=1):
        said = {"title": draft.title, "description": draft.description, "chapter": chapters.get(draft.chapter)}
        SyllabusPoint.objects.update_or_create(
            subject=subject, code=draft.code, defaults=said, create_defaults={**said, "position": last + number}
        )
    rows = {point.code: point for point in subject.points.all()}
    for draft in drafts:
        SyllabusPoint.objects.filter(pk=rows[draft.code].pk).update(parent=rows.get(draft.parent))


def _store(
    subject: Subject, draft: QuestionDraft, row: Question | None, points: Mapping[str, SyllabusPoint], author: User | None
) -> None:
    row = row or Question.objects.create(subject=subject, code=draft.code, active=draft.active)
    if row.active != draft.active:
        Question.objects.filter(pk=row.pk).update(active=draft.active)
    row.points.set([points[code] for code in draft.points], through_defaults={"subject": subject})
    if row.current is None or row.current.content_hash != draft.digest():
        add_version(row, draft, author)
