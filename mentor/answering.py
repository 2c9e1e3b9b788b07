"""Answering one chat, from the claim to the settled row: as any answer is made, with the thread and what is remembered along.

Refuses to answer a chat twice. What is sent along is saved word for word before the first word is said.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils import timezone

from accounts.door import SYSTEM, Actor, in_door, trip
from ai import prompts, providers, writing
from ai.following import Source
from ai.followups import Turn, standalone
from ai.live import LiveTurn
from ai.writing import Spoken
from learning.citing import source
from learning.confidence import confidence
from learning.finding import SOURCES, find
from learning.retrieval import Passage
from learning.searching import vector_of
from mentor import claiming, saving
from mentor.claiming import Claimed
from mentor.condensing import messages, newest_within
from mentor.remembering import Recalled, came_back, recall
from planning.concepts.telling import pursued


@dataclass(kw_only=True)
class Draft(Spoken):
    """What is known of an answer while it is being made."""

    claimed: Claimed
    question: str = ""  # standing alone
    said: list[dict[str, str]] = field(default_factory=list)  # of the thread, as it is sent
    passages: list[Passage] = field(default_factory=list)
    remembered: list[Recalled] = field(default_factory=list)
    pursued: str = ""  # the learner's concepts, as the prompt tells of them
    confidence: float = 0.0


async def start(chat_id: UUID, actor: Actor) -> LiveTurn | None:
    """Claim the chat and answer it in a task that outlives the caller; None when somebody else has claimed it."""
    begun = time.perf_counter()
    claimed = await claiming.claim(chat_id, actor)
    return begin(claimed, begun) if claimed else None


def begin(claimed: Claimed, begun: float) -> LiveTurn:
    """Answer a claimed chat in a task, on a running loop. `begun` is the perf_counter of when the claim began."""
    turn = LiveTurn(claimed.chat_id, claimed.user_id, saving.TEXT_SO_FAR)
    draft = Draft(claimed=claimed, prompt=claimed.prompt, started=begun)
    draft.took("claim", begun)
    return writing.begin(turn, write=lambda: _write(draft, turn), settle=lambda: _settle(draft, turn))


ANSWERS = Source(start, saving.STATUS_AND_TEXT)


async def answer_now(chat_id: UUID, actor: Actor) -> None:
    """Answer in the caller's own time, for workers."""
    turn = await start(chat_id, actor)
    if turn and turn.task:
        await turn.task


async def _write(draft: Draft, turn: LiveTurn) -> None:
    claimed = draft.claimed
    draft.question = standalone(claimed.question, [Turn(said.question, said.answer) for said in claimed.earlier])
    draft.said = messages(newest_within(claimed.earlier))
    turn.enter("searching")
    await asyncio.gather(_find(draft), _look_at_concepts(draft))
    evidence = asyncio.create_task(_save_evidence(draft, turn))
    try:
        await writing.speak(_events(draft), turn, draft, evidence)
    finally:
        await asyncio.wait([evidence])


async def _look_at_concepts(draft: Draft) -> None:
    since = time.perf_counter()
    claimed = draft.claimed
    draft.pursued = await in_door(claimed.actor, pursued, claimed.user_id, claimed.concept_id, timezone.now())
    draft.took("concepts", since)


async def _find(draft: Draft) -> None:
    """The passages of the course, and what was said in other threads. A thread about a concept of one's own has no course."""
    claimed = draft.claimed
    if claimed.course_id is None:
        vector = await asyncio.to_thread(vector_of, draft.question)
    else:
        found = await find(
            claimed.actor,
            course_id=claimed.course_id,
            question=draft.question,
            has_knowledge=claimed.has_knowledge,
            took=draft.took,
        )
        vector = found.vector
        draft.passages, draft.confidence = found.passages, confidence(draft.question, found.passages)
    draft.remembered = await recall(
        claimed.actor,
        question=claimed.question,
        user_id=claimed.user_id,
        thread_id=claimed.conversation_id,
        concept_id=claimed.concept_id,
        vector=vector,
    )


async def _save_evidence(draft: Draft, turn: LiveTurn) -> None:
    since = time.perf_counter()
    await trip(SYSTEM, saving.evidence(draft), *came_back(draft.remembered))
    draft.took("evidence", since)
    turn.enter("writing")


def _events(draft: Draft) -> AsyncGenerator[providers.Event, None]:
    """Over budget the course's own sentences answer."""
    models = () if draft.claimed.allowance.is_over else None
    return providers.stream(_request(draft), attempts=draft.attempts, providers=models)


def _request(draft: Draft) -> providers.ChatRequest:
    claimed = draft.claimed
    request = prompts.mentor_request(
        question=draft.question,
        asked=claimed.question,
        sources=[source(number, passage) for number, passage in enumerate(draft.passages[:SOURCES], start=1)],
        said=draft.said,
        remembered=[line.content for line in draft.remembered],
        summary=claimed.summary,
        course=claimed.course_title,
        topic=claimed.topic,
        pursued=draft.pursued,
        course_id=str(claimed.course_id or ""),
        version=draft.prompt.version,
    )
    return replace(request, is_covered=draft.confidence >= claimed.threshold)


async def _settle(draft: Draft, turn: LiveTurn) -> None:
    draft.is_stopped = turn.is_stopped
    draft.timings.setdefault("total", round((time.perf_counter() - draft.started) * 1000))
    await saving.settle(draft, turn.text)
