"""Answering one question, from the claim to the settled row.

The claim is one conditional update, so a second tab gets the same answer and not a second bill. The evidence is saved before
the first word. No transaction and no connection is held while a model speaks; the text so far is saved each second. Whoever
asked may leave: the answer goes on in a task of its own. Refuses to answer a question twice.
"""

import asyncio
import logging
import time
import traceback
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from django.conf import settings

from accounts.door import AWAY, SYSTEM, Actor, trip
from ai import prompts, providers
from ai.providers import configured
from coach import claiming, keeping, live, saving
from coach.claiming import Claimed
from coach.followups import standalone
from coach.intent import intent_of
from coach.live import LIVE, LiveTurn
from learning import retrieval
from learning.confidence import confidence
from learning.retrieval import Passage
from learning.searching import QuestionVector, search_statement, vector_of

log = logging.getLogger("aicoach.coach")

PASSAGES = 8  # found and kept as evidence
SOURCES = 5  # of these, shown to the provider
SETTLE_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between tries; shorter together than the sweeper's patience


@dataclass
class Draft:
    """What is known of an answer while it is being made. Times are in ms."""

    claimed: Claimed
    question: str = ""  # standing alone
    intent: str = "course_content"
    passages: list[Passage] = field(default_factory=list)
    confidence: float = 0.0
    prompt_version: str = ""
    attempts: list[providers.Attempt] = field(default_factory=list)
    finished: providers.Finished | None = None
    switched: list[str] = field(default_factory=list)
    is_stopped: bool = False
    timings: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def took(self, stage: str, since: float) -> None:
        self.timings[stage] = round((time.perf_counter() - since) * 1000)


async def start(query_id: UUID, actor: Actor) -> LiveTurn | None:
    """Claim the question and answer it in a task that outlives the caller; None when somebody else has claimed it."""
    begun = time.perf_counter()
    claimed = await claiming.claim(query_id, actor)
    return _begin(claimed, begun) if claimed else None


def home() -> asyncio.AbstractEventLoop | None:
    """The loop on which pages may begin answers: None unless their readers come back to this very process."""
    return live.home if settings.ANSWER_AT_ASK else None


def begin_at(loop: asyncio.AbstractEventLoop, claimed: Claimed, begun: float) -> None:
    """Answer a claimed question on the loop, without waiting; from a page's thread, after its commit.

    `begun` is the perf_counter of when the claim began. Whoever asks for the stream next finds the answer under way.
    """
    loop.call_soon_threadsafe(_begin, claimed, begun)


def _begin(claimed: Claimed, begun: float) -> LiveTurn:
    turn = LIVE[claimed.query_id] = LiveTurn(claimed.query_id, claimed.learner_id)
    draft = Draft(claimed, started=begun)
    draft.took("claim", begun)
    turn.task = asyncio.create_task(_answer(draft, turn), name=f"answer-{claimed.query_id}")
    configured.freshen()  # beside the search, so that nobody waits for it
    keeping.keep()
    return turn


async def answer_now(query_id: UUID, actor: Actor) -> None:
    """Answer in the caller's own time: for commands and workers. Does nothing when somebody else has claimed it."""
    turn = await start(query_id, actor)
    if turn and turn.task:
        await turn.task


async def _answer(draft: Draft, turn: LiveTurn) -> None:
    """The whole answer; never raises, always settles."""
    evidence: asyncio.Task[None] | None = None
    try:
        await _find(draft, turn)
        evidence = asyncio.create_task(_save_evidence(draft, turn))
        await _speak(draft, turn, evidence)
    except asyncio.CancelledError:
        draft.is_stopped = True
    except Exception as error:
        log.error("answer_failed query=%s %s", draft.claimed.query_id, _without_words(error))
    finally:
        if evidence:
            await asyncio.wait([evidence])
        await _settle(draft, turn)


async def _find(draft: Draft, turn: LiveTurn) -> None:
    """Intent, retrieval, confidence."""
    claimed = draft.claimed
    draft.intent = intent_of(claimed.question, in_lab=claimed.place_kind == "lab")
    draft.question = standalone(claimed.question, claimed.earlier)
    turn.enter("searching")
    since = time.perf_counter()
    vector = await asyncio.to_thread(vector_of, draft.question)
    draft.took("embed", since)
    since = time.perf_counter()
    draft.passages = await _search(draft, vector)
    draft.took("retrieve", since)
    draft.confidence = confidence(draft.question, draft.passages)


async def _save_evidence(draft: Draft, turn: LiveTurn) -> None:
    """Runs while the provider is being asked; no word is shown before it is through."""
    since = time.perf_counter()
    await trip(SYSTEM, *saving.evidence(draft))
    draft.took("evidence", since)
    turn.enter("writing")


async def _search(draft: Draft, vector: QuestionVector | None) -> list[Passage]:
    """As the learner, so that only what this person may read is found."""
    claimed = draft.claimed
    statement = search_statement(
        course_id=claimed.course_id,
        question=draft.question,
        vector=vector,
        limit=PASSAGES,
        has_knowledge=claimed.has_knowledge,
    )
    (rows,) = await trip(claimed.actor, statement)
    return retrieval.read(rows)


async def _speak(draft: Draft, turn: LiveTurn, evidence: "asyncio.Task[None]") -> None:
    """Pass the provider's text on as it comes, once the evidence is saved."""
    request = prompts.coach_request(
        question=draft.question,
        asked=draft.claimed.question,
        earlier=[(turn.question, turn.answer) for turn in reversed(draft.claimed.earlier)],
        course_title=draft.claimed.course_title,
        sources=[saving.source(number, passage) for number, passage in enumerate(draft.passages[:SOURCES], start=1)],
        intent=draft.intent,
        course_id=str(draft.claimed.course_id),
    )
    request = replace(request, is_covered=draft.confidence >= draft.claimed.threshold)
    draft.prompt_version = prompts.COACH_VERSION
    since = time.perf_counter()
    models = () if draft.claimed.allowance.is_over else None  # over budget the course's own sentences answer
    async with aclosing(providers.stream(request, attempts=draft.attempts, providers=models)) as events:
        async for event in events:
            if isinstance(event, providers.TextDelta):
                if not turn.text:
                    draft.took("provider", since)
                    await evidence
                    draft.took("first_token", draft.started)
                turn.say(event.text)
            elif isinstance(event, providers.Switched):
                draft.switched.append(event.provider)
            elif isinstance(event, providers.Finished):
                draft.finished = event


async def _settle(draft: Draft, turn: LiveTurn) -> None:
    """Transaction C, always. When the database stays away the sweeper closes the row from the text saved last."""
    try:
        draft.took("total", draft.started)
        await _settle_patiently(draft, turn.text)
    except Exception as error:
        log.error("answer_not_settled query=%s %s", draft.claimed.query_id, _without_words(error))
    finally:
        LIVE.pop(draft.claimed.query_id, None)
        turn.finish()


async def _settle_patiently(draft: Draft, text: str) -> None:
    for pause in SETTLE_PAUSES:
        try:
            return await saving.settle(draft, text)
        except AWAY:
            await asyncio.sleep(pause)
    return await saving.settle(draft, text)


def _without_words(error: Exception) -> str:
    """What and where, for the log. A database's message may quote a row, so messages stay out of it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((frame for frame in reversed(frames) if "site-packages" not in frame.filename), frames[-1])
    return f"error={type(error).__name__} at={Path(own.filename).name}:{own.lineno}"
