"""Answering one question, from the claim to the settled row.

The claim is one conditional update, so a second tab gets the same answer and not a second bill. The evidence is saved before
the first word. No transaction and no connection is held while a model speaks; the text so far is saved each second. Whoever
asked may leave: the answer goes on in a task of its own. Refuses to answer a question twice.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from accounts.door import SYSTEM, Actor, trip
from ai import prompts, providers, writing
from ai.following import Source
from ai.followups import refers_back, standalone
from ai.live import LiveTurn
from ai.writing import Spoken
from coach import claiming, paths, saving, supporting
from coach.claiming import Claimed
from coach.intending import intent_of
from coach.persona.sharing import manner
from learning.citing import source
from learning.confidence import confidence
from learning.finding import SOURCES, find
from learning.leaning.telling import leaning
from learning.retrieval import Passage
from learning.searching import QuestionVector

COVERED = 0.35  # relevance from which on the course speaks of a question


@dataclass(kw_only=True)
class Draft(Spoken):
    """What is known of an answer while it is being made. Times are in ms."""

    claimed: Claimed
    question: str = ""  # standing alone
    intent: str = "course_content"
    passages: list[Passage] = field(default_factory=list)
    vector: QuestionVector | None = None
    relevance: float = 0.0  # how surely the course speaks of the question
    sureness: float = 0.0  # how surely it answers it: the search, and after the last word the leaning as well
    confidence: float = 0.0  # what that is worth in this course
    said: paths.Said | None = None  # what needs no provider
    verdicts: Mapping[int, float] = field(default_factory=dict)  # of a model on its own sentences

    @property
    def is_covered(self) -> bool:
        """Whether the course speaks of the question; how many errors a trainer lets through has no part in that."""
        return self.relevance >= min(self.claimed.threshold, COVERED)


async def start(query_id: UUID, actor: Actor) -> LiveTurn | None:
    """Claim the question and answer it in a task that outlives the caller; None when somebody else has claimed it."""
    begun = time.perf_counter()
    claimed = await claiming.claim(query_id, actor)
    return begin(claimed, begun) if claimed else None


ANSWERS = Source(start, saving.STATUS_AND_TEXT)


def begin(claimed: Claimed, begun: float) -> LiveTurn:
    """Answer a claimed question in a task, on a running loop. `begun` is the perf_counter of when the claim began."""
    turn = LiveTurn(claimed.query_id, claimed.learner_id, saving.TEXT_SO_FAR)
    draft = Draft(claimed=claimed, prompt=claimed.prompt, started=begun)
    draft.took("claim", begun)
    return writing.begin(turn, write=lambda: _write(draft, turn), settle=lambda: _settle(draft, turn))


async def answer_now(query_id: UUID, actor: Actor) -> None:
    """Answer in the caller's own time: for commands and workers. Does nothing when somebody else has claimed it."""
    turn = await start(query_id, actor)
    if turn and turn.task:
        await turn.task


async def _write(draft: Draft, turn: LiveTurn) -> None:
    await _find(draft, turn)
    evidence = asyncio.create_task(_save_evidence(draft, turn))
    try:
        await writing.speak(_events(draft), turn, draft, evidence)
    finally:
        await asyncio.wait([evidence])
    await _lean(draft)
    await supporting.check(draft, turn.text)


async def _find(draft: Draft, turn: LiveTurn) -> None:
    """Retrieval, confidence, intent, and what the intent asks of the answer."""
    claimed = draft.claimed
    draft.question = standalone(claimed.question, claimed.earlier)
    turn.enter("searching")
    found = await find(
        claimed.actor,
        course_id=claimed.course_id,
        question=draft.question,
        has_knowledge=claimed.has_knowledge,
        took=draft.took,
    )
    draft.passages = found.passages
    draft.relevance = confidence(draft.question, draft.passages)
    draft.vector = found.vector
    draft.sureness = draft.relevance
    draft.confidence = claimed.calibrated(draft.sureness)
    since = time.perf_counter()
    draft.intent = await intent_of(draft, found.vector)
    await paths.prepare(draft)
    draft.took("intent", since)


async def _lean(draft: Draft) -> None:
    """Once the last word is out, so that nobody waits for it. What the house said itself or a lab has is as sure as before, and
    so is a follow-up, which is no whole question as the leaning knows them.
    """
    if draft.said or draft.intent in paths.IN_LABS or _follows_up(draft):
        return
    since = time.perf_counter()
    leant = await asyncio.to_thread(leaning, draft.question, draft.vector, draft.passages)
    draft.sureness = confidence(draft.question, draft.passages, leaning=leant)
    draft.confidence = draft.claimed.calibrated(draft.sureness)
    draft.took("leaning", since)


def _follows_up(draft: Draft) -> bool:
    claimed = draft.claimed
    return draft.question != claimed.question or bool(claimed.earlier and refers_back(claimed.question))


async def _save_evidence(draft: Draft, turn: LiveTurn) -> None:
    """Runs while the provider is being asked; no word is shown before it is through."""
    since = time.perf_counter()
    await trip(SYSTEM, *saving.evidence(draft))
    draft.took("evidence", since)
    turn.enter("writing")


def _events(draft: Draft) -> AsyncGenerator[providers.Event, None]:
    """Over budget the course's own sentences answer."""
    if draft.said:
        return paths.events(draft.said)
    models = () if draft.claimed.allowance.is_over else None
    return providers.stream(_request(draft), attempts=draft.attempts, providers=models)


def _request(draft: Draft) -> providers.ChatRequest:
    request = prompts.coach_request(
        question=draft.question,
        asked=draft.claimed.question,
        earlier=[(turn.question, turn.answer) for turn in reversed(draft.claimed.earlier)],
        course_title=draft.claimed.course_title,
        sources=[source(number, passage) for number, passage in enumerate(draft.passages[:SOURCES], start=1)],
        intent=draft.intent,
        course_id=str(draft.claimed.course_id),
        version=draft.prompt.version,
        **manner(draft.claimed.persona),
    )
    return replace(request, intent=draft.intent, is_covered=draft.is_covered)


async def _settle(draft: Draft, turn: LiveTurn) -> None:
    """Transaction C, always."""
    draft.is_stopped = turn.is_stopped
    draft.timings.setdefault("total", round((time.perf_counter() - draft.started) * 1000))
    await saving.settle(draft, turn.text)
