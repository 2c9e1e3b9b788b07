"""What each intent does to an answer: some are said by the house itself, some narrow what an answer may stand on.

Navigation and what is off-topic cost no model: a place is a fact, and what the coach is for is one sentence. Help with a lab
never stands on a solution.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.door import trip
from ai.providers import Event, Finished, TextDelta
from coach import lab_help, wayfinding
from learning import retrieval
from learning.citing import EXTRACTIVE
from learning.intents.signs import GUIDANCE, NAVIGATION, OFF_TOPIC, STRUGGLE

if TYPE_CHECKING:
    from coach.answering import Draft

IN_LABS = frozenset({GUIDANCE, STRUGGLE})
STEP_FOUND = 0.7  # confidence when the lab has the very step that was named
LAB_FOUND = 0.4  # and when it is about the lab as a whole
NAMED = 0.9  # confidence in a place that is in the outline


@dataclass(frozen=True, slots=True)
class Said:
    """What the house says itself; `is_answer` is false when it only says that it has none."""

    text: str
    is_answer: bool
    provider: str = EXTRACTIVE
    model: str = "house-v1"


async def prepare(draft: "Draft") -> None:
    """Make the draft ready for its intent; sets `draft.said` when no provider is to be asked."""
    if draft.intent == OFF_TOPIC:
        draft.passages, draft.said = [], Said(purpose(draft.claimed.course_title), is_answer=False)
    elif draft.intent == NAVIGATION:
        await _find_way(draft)
    elif draft.intent in IN_LABS:
        await _find_lab(draft)


def purpose(course_title: str) -> str:
    """What the coach is for, in one sentence."""
    return _(
        "I am here for the course “%(course)s”: ask me what something in it means, where it stands, or how to get on with a lab; "
        "if it was about that after all, ask your trainer."
    ) % {"course": course_title}


async def events(said: Said) -> AsyncGenerator[Event, None]:
    """What the house says, as a provider would."""
    yield TextDelta(said.text)
    yield Finished("stop" if said.is_answer else "unanswered", said.provider, said.model)


async def _find_lab(draft: "Draft") -> None:
    """The lab's own words come first; with the named step before us the course speaks of it, whatever the search thinks."""
    claimed = draft.claimed
    (rows,) = await trip(claimed.actor, wayfinding.outline(claimed.course_id))
    course, here = wayfinding.stops(rows), str(claimed.context.get("place", ""))
    beside = next((stop for stop in course if stop.is_lab and stop.place_id == here), None)
    named = wayfinding.named_stop(claimed.question, course, here)
    lab = named if named and named.is_lab else beside
    own = []
    if lab:
        (rows,) = await trip(claimed.actor, lab_help.lab(claimed.course_id, lab.place_id))
        own = retrieval.read(rows)
    draft.passages, has_step = lab_help.ordered(claimed.question, draft.intent, own, draft.passages)
    if has_step or own:
        _lift(draft, STEP_FOUND if has_step else LAB_FOUND)


async def _find_way(draft: "Draft") -> None:
    claimed = draft.claimed
    (rows,) = await trip(claimed.actor, wayfinding.outline(claimed.course_id))
    found = wayfinding.way(
        claimed.question,
        course=wayfinding.stops(rows),
        passages=draft.passages if draft.is_covered else [],
        here=str(claimed.context.get("place", "")),
        course_id=claimed.course_id,
    )
    if found is None:
        return  # the course may still answer it in another way
    if any(passage.content_type == "place" for passage in found.passages):
        _lift(draft, NAMED)
    draft.passages, draft.said = list(found.passages), Said(found.text, is_answer=True)


def _lift(draft: "Draft", least: float) -> None:
    """What the outline or a lab says for certain needs no search to be sure of it."""
    draft.relevance, draft.sureness = max(draft.relevance, least), max(draft.sureness, least)
    draft.confidence = max(draft.confidence, least)
