"""Runs a set: each question is searched for as the coach does, answered as it does without a model, and compared.

It costs nobody anything and leaves no trace with learners. A run that is killed goes on where it stopped; one during which the
course's index changed begins again, for half of it would speak of another course. No connection is held while texts are embedded.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from courses.models import Course
from learning import receipts
from learning.citing import kept
from learning.confidence import confidence
from learning.evaluating.finding import DEPTH, pages, rank_of
from learning.models import QualityQuestion, QualityResult, QualityRun, QualitySet
from learning.quality import leases
from learning.quality.leases import Held
from learning.quality.measuring import figures, fit
from learning.retrieval import Passage, search
from learning.updates import LeaseLost, short_step

AT_ONCE = 8  # questions: the work that a killed run loses
ANSWERED_FROM = 8  # passages that the confidence looks at
SHOWN = 5  # passages that a result keeps
BEGINNING = 400  # characters of each
DELETED_FOR = timedelta(days=7)

log = logging.getLogger("aicoach.quality")


class IndexMoved(Exception):
    """The course's index changed meanwhile; the run begins again."""


def run_set(run_id: UUID) -> bool:
    """Do the run's work if it can be claimed; True when it was completed here. An error is kept in the row."""
    held = leases.claim(run_id)
    if held is None:
        return False
    try:
        _run(held)
    except LeaseLost:
        log.warning("lease_lost run=%s", run_id)
        return False
    except Exception as error:
        log.warning("run_failed run=%s delivery=%s", run_id, held.deliveries, exc_info=True)
        leases.give_back(held, error)
        return False
    except BaseException as error:  # this process is told to stop: let another go on at once
        leases.give_back(held, error)
        raise
    return True


def forget_deleted() -> None:
    """Delete for good what was deleted some days ago."""
    with short_step():
        for model in (QualityQuestion, QualitySet):
            model.objects.filter(deleted_at__lt=Now() - DELETED_FOR).delete()


def _run(held: Held) -> None:
    course, questions = _begin(held)
    for part in _parts(questions):
        results = _asked(course, part)
        with short_step():
            leases.keep(held)
            QualityResult.objects.bulk_create([_of(held, one) for one in results], ignore_conflicts=True)
            leases.keep(held, done=QualityResult.objects.filter(run_id=held.pk).count())
    _finish(held, course)


def _begin(held: Held) -> tuple[Course, list[QualityQuestion]]:
    """The course as it is, and the questions that are still to be asked."""
    with short_step():
        course = Course.objects.get(pk=held.course_id)
        results = QualityResult.objects.filter(run_id=held.pk)
        if QualityRun.objects.values_list("generation", flat=True).get(pk=held.pk) != course.index_generation:
            results.delete()
        done = set(results.values_list("question_id", flat=True))
        questions = list(QualityQuestion.objects.kept().filter(set_id=held.set_id).order_by("pk"))
        state = {"generation": course.index_generation, "content_version": course.content_version}
        leases.keep(held, done=len(done), total=len(questions), **state)
    return course, [question for question in questions if question.pk not in done]


def _asked(course: Course, questions: Sequence[QualityQuestion]) -> list[QualityResult]:
    vectors = receipts.embedded([one.question for one in questions])
    with short_step():
        found = [_search(course.pk, vector) for vector in vectors]
    threshold = float(course.escalation_threshold)
    return [
        _result(question, vector, passages, threshold)
        for question, vector, passages in zip(questions, vectors, found, strict=True)
    ]


def _search(course_id: UUID, question: receipts.Question) -> list[Passage]:
    return search(course_id=course_id, question=question.text, embedding=question.embedding, limit=DEPTH)


def _result(question: QualityQuestion, vector: receipts.Question, passages: list[Passage], threshold: float) -> QualityResult:
    best = passages[:ANSWERED_FROM]
    found = receipts.Found(tuple(best), confidence(question.question, best))
    answer = receipts.answer(vector, found, threshold=threshold)
    return QualityResult(
        question_id=question.pk,
        question=question.question,
        expected=question.expected,
        expected_answer=question.expected_answer,
        rank=rank_of(question.expected, pages(passages)),
        fit=fit(question.expected_answer, answer["answer"]),
        confidence=answer["confidence"],
        is_answered=answer["is_answered"],
        answer=answer["answer"],
        passages=[_shown(number, passage) for number, passage in enumerate(passages[:SHOWN], start=1)],
    )


def _shown(number: int, passage: Passage) -> dict[str, object]:
    return {**kept(number, passage, content=False), "text": passage.content[:BEGINNING]}


def _of(held: Held, result: QualityResult) -> QualityResult:
    result.run_id, result.course_id = held.pk, held.course_id
    return result


def _finish(held: Held, course: Course) -> None:
    with short_step():
        now = Course.objects.values_list("index_generation", flat=True).get(pk=course.pk)
        if now != course.index_generation:
            raise IndexMoved(_("The course's index changed during the run."))
        measured = figures(list(QualityResult.objects.filter(run_id=held.pk)))
        leases.keep(
            held,
            state=QualityRun.State.COMPLETED,
            figures=measured,
            finished_at=Now(),
            leased_until=None,
            error_message="",
        )


def _parts(questions: Sequence[QualityQuestion]) -> Iterator[Sequence[QualityQuestion]]:
    yield from (questions[start : start + AT_ONCE] for start in range(0, len(questions), AT_ONCE))
