"""Marks the written answers of an attempt: by the model where there is one that can be believed, else by rule.

Doing it twice gives the same row: what is marked is not pending any more. No transaction and no connection is held while a
model speaks or vectors are made. What fails three times goes to a person; an attempt always comes to its end.
"""

import logging
from uuid import UUID

from django.utils.translation import gettext as _

from ai import budgets, request_log
from ai.embedding import EmbeddingUnavailable, default_embedder
from ai.providers.events import Attempt as Try
from learning.updates import short_step
from planning.marking import confidence, leases
from planning.marking.lasting import Embed
from planning.marking.leases import Held
from planning.marking.marks import Mark, Task
from planning.marking.rubric import checked, mark_with_model
from planning.marking.texts import counted
from planning.marking.transparent import mark_all
from planning.ruling_models import AnswerVector

MOST_MARKED = 200  # answers of one call; an attempt has fewer

log = logging.getLogger("aicoach.marking")


def mark_attempt(attempt_id: UUID) -> int:
    """Mark what waits; how many answers were marked here. An error is told in the row, not raised."""
    marked = 0
    for _turn in range(MOST_MARKED):
        held = leases.claim_next(attempt_id)
        if held is None:
            break
        marked += _mark_one(held)
    for pk in leases.exhausted(attempt_id):
        leases.hand_to_a_person(pk, _by_a_person(0))
    return marked


def _mark_one(held: Held) -> bool:
    try:
        with leases.let_go(held):
            mark, vector, model = _marked(held)
            with short_step():
                saved = leases.save(held, mark)
                if saved and vector is not None:
                    _keep_vector(held, vector, model)
            return saved
    except Exception as error:
        log.warning("not_marked answer=%s delivery=%s", held.pk, held.deliveries, exc_info=True)
        leases.give_back(held, error)
        return False


def _marked(held: Held) -> tuple[Mark, list[float] | None, str]:
    """The marks, and what the answer means where it can be told."""
    task, embedder = leases.read(held), _embedder()
    try:
        by_rule = mark_all([task], embedder[0] if embedder else None)[0]
    except EmbeddingUnavailable:
        embedder, by_rule = None, mark_all([task], None)[0]
    mark = _by_model(held, task, by_rule) or by_rule
    text = counted(task.answer, task.question).text
    if embedder is None or not text:
        return mark, None, ""
    return mark, [float(value) for value in embedder[0]([text])[0]], embedder[1]


def _by_model(held: Held, task: Task, by_rule: Mark) -> Mark | None:
    """None without a model or a budget for it, and where there is nothing that a model could tell."""
    with short_step():
        allowance = budgets.reserve(user_id=held.student_id, course_id=held.course_id)
    tries: list[Try] = []
    try:
        mark = None if allowance.is_over else mark_with_model(task, attempts=tries, course=str(held.course_id or ""))
    finally:
        with short_step():
            request_log.save(tries, user_id=held.student_id, course_id=held.course_id, feature="marking")
            budgets.settle(allowance, user_id=held.student_id, course_id=held.course_id, attempts=tries)
    return checked(mark, by_rule, history=task.history) if mark else None


def _keep_vector(held: Held, vector: list[float], model: str) -> None:
    values = {"version_id": held.version_id, "student_id": held.student_id, "course_id": held.course_id}
    AnswerVector.objects.update_or_create(answer_id=held.pk, defaults={**values, "embedding": vector, "model": model})


def _by_a_person(maximum: int) -> Mark:
    text = _("The marker could not mark this answer; a person does.")
    return Mark(0, maximum, 0.0, confidence.LEAST, "none", text, notes=(text,))


def _embedder() -> tuple[Embed, str] | None:
    try:
        found = default_embedder()
    except EmbeddingUnavailable:
        return None
    return found.embed, found.name
