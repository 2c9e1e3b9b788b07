"""New versions of questions: written whole, with key and scheme, and only then made the one that new attempts get."""

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from planning.exam_models import AnswerKey, Question, QuestionVersion, SchemePoint
from planning.importing.drafts import QuestionDraft, SchemeDraft


def add_version(question: Question, draft: QuestionDraft, author: User | None) -> QuestionVersion:
    """Behind the door of an admin or the system. Attempts that run keep the version that they have."""
    with transaction.atomic():
        Question.objects.select_for_update().get(pk=question.pk)
        last = question.versions.aggregate(last=Max("number"))["last"] or 0
        version = QuestionVersion.objects.create(
            question=question,
            subject_id=question.subject_id,
            number=last + 1,
            kind=draft.kind,
            title=draft.title,
            text=draft.text,
            text_format=draft.text_format,
            maximum_marks=draft.marks,
            choices=draft.choices or [],
            several=draft.several,
            content_hash=draft.digest(),
            created_by=author,
        )
        AnswerKey.objects.create(
            version=version,
            subject_id=question.subject_id,
            model_answer=draft.model_answer,
            key=dict(draft.key),
            feedback=draft.feedback,
        )
        SchemePoint.objects.bulk_create(_scheme(version, draft.scheme))
        Question.objects.filter(pk=question.pk).update(current=version)
    return version


def _scheme(version: QuestionVersion, scheme: tuple[SchemeDraft, ...]) -> list[SchemePoint]:
    return [
        SchemePoint(
            version=version,
            subject_id=version.subject_id,
            position=position,
            objective=point.objective,
            marks=point.marks,
            text=point.text,
            alternatives=list(point.alternatives),
        )
        for position, point in enumerate(scheme, start=1)
    ]
