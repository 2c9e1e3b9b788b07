"""The older part of a thread, which no longer goes along as it was: in a model's words where there is one, else in its own.

While an answer is settled nobody asks a model: the summary is what a model wrote before and an extract of what came since. When
enough has come, the thread is due, and a worker has the notes written anew. What is not whole, or too dear, leaves the extract.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Left
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from ai import budgets, request_log
from ai.budgets import Allowance
from ai.models import Conversation
from ai.pricing import CHARACTERS_PER_TOKEN, count_tokens
from ai.prompts.summing import summary_request
from ai.providers import Attempt
from ai.providers.completing import complete, has_model
from mentor.claiming import MOST_TURNS
from mentor.condensing import MOST_OF_TURN, SUMMARY_BUDGET, Said, newest_within, summary
from mentor.models import Chat

MOST_SUMMARISED = 200  # turns of one thread
FEWEST = 4  # turns that the notes do not hold yet, from which on they are written anew
NOTES_BUDGET = SUMMARY_BUDGET * 3 // 4  # tokens; the rest is for what comes after them
AT_ONCE = 1  # threads of one run: others wait for the same worker
WITHIN = 30.0  # seconds for one

Turn = tuple[UUID, Said]


@dataclass(frozen=True, slots=True)
class Due:
    """A thread whose notes are to be written anew; `turns` are newest first."""

    thread: Conversation
    turns: tuple[Turn, ...]
    allowance: Allowance


def refresh(thread_id: UUID, now: datetime) -> None:
    """Bring the summary of a thread up to date, without a model, and say whether one is due. Behind the system's door."""
    thread = Conversation.objects.only("user_id", "model_notes", "model_notes_to").get(pk=thread_id)
    turns = _uncovered(thread)
    notes = thread.model_notes or ""
    rest = summary([said for _pk, said in turns], SUMMARY_BUDGET - count_tokens(notes))
    Conversation.objects.filter(pk=thread_id).update(
        context_summary="\n".join(part for part in (notes, rest) if part) or None,
        notes_due_at=now if len(turns) >= FEWEST else None,
    )


def summarise_due(limit: int = AT_ONCE) -> int:
    """Have a model write the notes of threads that are due; how many it wrote. Outside any door, for a worker."""
    with acting_as(SYSTEM):
        is_any = Conversation.objects.filter(notes_due_at__isnull=False).exists()
    if not is_any or not has_model():
        return 0
    with acting_as(SYSTEM):
        due = [_claimed(thread) for thread in _due(limit)]
    return sum(_written(each) for each in due)


def _due(limit: int) -> list[Conversation]:
    rows = Conversation.objects.filter(notes_due_at__isnull=False, deleted_at=None).order_by("notes_due_at")
    return list(rows.select_for_update(skip_locked=True)[:limit])


def _claimed(thread: Conversation) -> Due:
    """Nobody else takes it; when this fails, the next answer makes it due again."""
    Conversation.objects.filter(pk=thread.pk).update(notes_due_at=None)
    return Due(thread, tuple(_uncovered(thread)), budgets.reserve(user_id=thread.user_id, course_id=thread.course_id))


def _written(due: Due) -> bool:
    if due.allowance.is_over or not due.turns:
        return False
    attempts: list[Attempt] = []
    thread = due.thread
    turns = [(said.question, said.answer) for _pk, said in reversed(due.turns)]
    request = summary_request(notes=thread.model_notes or "", turns=turns, course_id=str(thread.course_id or ""))
    said = complete(request, attempts=attempts, within=WITHIN)
    with acting_as(SYSTEM):
        budgets.settle(due.allowance, user_id=thread.user_id, course_id=thread.course_id, attempts=attempts)
        request_log.save(
            attempts, user_id=thread.user_id, feature="mentor", course_id=thread.course_id, conversation_id=thread.pk
        )
        if not said or not (notes := _within(said[0])):
            return False
        same = Conversation.objects.filter(pk=thread.pk, model_notes_to=thread.model_notes_to)
        same.update(model_notes=notes, model_notes_to=due.turns[0][0])
        refresh(thread.pk, timezone.now())
    return True


def _within(text: str) -> str:
    """As much of it as the budget holds, in one line for each paragraph."""
    plain = "\n".join(line for each in text.splitlines() if (line := " ".join(each.split())))
    most = NOTES_BUDGET * CHARACTERS_PER_TOKEN
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + "…"


def _uncovered(thread: Conversation) -> Sequence[Turn]:
    """The turns that the next question will not carry along as they were and that the notes do not hold, newest first."""
    rows = Chat.objects.filter(conversation_id=thread.pk, user_id=thread.user_id, status=Chat.Status.ANSWERED)
    found = rows.order_by("-pk").values_list("pk", "question", Left("response", MOST_OF_TURN))[:MOST_SUMMARISED]
    turns = [(pk, Said(question, answer)) for pk, question, answer in found]
    carried = len(newest_within([said for _pk, said in turns[:MOST_TURNS]]))
    to = thread.model_notes_to
    return [(pk, said) for pk, said in turns[carried:] if to is None or pk > to]
