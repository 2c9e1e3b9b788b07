"""The coach's next words by a model, believed only where they can be checked; else the plain ones, which are always there.

A model judges the learner's words and puts the next step in its own. What it says is refused when it gives the answer away, asks
more than one question or is too long; its verdict is refused when it is none. Refuses to change what comes next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ai.json_said import json_said
from ai.prompts.leading import VERSION, session_request
from ai.providers.completing import complete
from ai.providers.events import Attempt, Source
from coach.sessions.judging import Verdict, judge
from coach.sessions.leading import Lesson, Turn, next_turn
from planning.marking.texts import pieces

__all__ = ["VERSION", "reply"]

PATIENCE = 15.0  # seconds for a model; then the plain words
MOST_WORDS, MOST_CHARACTERS = 110, 900
GIVEN_AWAY = 0.6  # share of the pieces of a hidden sentence that may not stand in what is said
SPOKEN = (Verdict.UNDERSTOOD, Verdict.PARTLY, Verdict.NOT_YET)


@dataclass(frozen=True, slots=True)
class Spoken:
    verdict: Verdict
    say: str


def reply(
    lesson: Lesson, *, topic: str, transcript: Sequence[dict[str, Any]], course_id: str, attempts: list[Attempt], asks_model: bool
) -> Turn:
    """The coach's next turn. May speak over a network: call it without a connection, a transaction or an event loop."""
    said = str(transcript[-1]["content"])
    judged = judge(lesson.step, said)
    turn = replace_model(next_turn(lesson, judged), "")
    if not asks_model or judged.verdict not in SPOKEN:
        return turn
    turns = {str(verdict): next_turn(lesson, replace(judged, verdict=verdict)) for verdict in SPOKEN}
    request = session_request(
        topic=topic,
        asked=lesson.step.ask,
        expected=lesson.step.expects,
        said=said,
        comes_next={verdict: one.words for verdict, one in turns.items()},
        transcript=[(str(row["role"]), str(row["content"])) for row in transcript],
        sources=[_source(row) for row in lesson.sources],
        course_id=course_id,
    )
    answer = complete(request, attempts=attempts, within=PATIENCE)
    spoken = validated(answer[0], turns, said) if answer else None
    if answer is None or spoken is None:
        return turn
    chosen = turns[str(spoken.verdict)]
    return replace_model(replace(chosen, remark=spoken.say, ask=""), answer[1])


def validated(answer: str, turns: dict[str, Turn], said: str = "") -> Spoken | None:
    """What a model said to a learner who had `said` something, or None."""
    try:
        found = json_said(answer)
        verdict, say = found["verdict"], found["say"]
        turn = turns[verdict]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(say, str) or not _is_fit(say.strip(), turn, said):
        return None
    return Spoken(Verdict(verdict), say.strip())


def replace_model(turn: Turn, model: str) -> Turn:
    """The turn with the model that put it; empty for the plain words."""
    return replace(turn, lesson=replace(turn.lesson, model=model))


def _is_fit(say: str, turn: Turn, said: str) -> bool:
    if not say or len(say) > MOST_CHARACTERS or len(say.split()) > MOST_WORDS:
        return False
    questions = say.count("?")
    wants_question = not turn.outcome and not turn.lesson.is_choosing
    return (questions == 1 if wants_question else questions <= 1) and not _gives_away(say, turn, said)


def _gives_away(say: str, turn: Turn, said: str) -> bool:
    """Whether a sentence that the learner is to find stands in it, unless the plain words or the learner's own show it too."""
    spoken, shown = pieces(say), pieces(turn.words) | pieces(said)
    for hidden in turn.hides:
        secret = pieces(hidden) - shown
        if secret and len(secret & spoken) / len(secret) >= GIVEN_AWAY:
            return True
    return False


def _source(row: Any) -> Source:
    return Source(int(row["number"]), str(row["title"]), str(row.get("content", "")), tuple(row.get("heading_path") or ()))
