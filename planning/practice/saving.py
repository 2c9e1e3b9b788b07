"""Keeps an answer as it is being written. Who saves says which revision they saw: of two tabs neither overwrites the other
unseen. Refuses after the end, and what is too long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from planning.exam_models import QuestionVersion
from planning.practice.refusing import Closed, PracticeRefused
from planning.practice_models import Attempt, AttemptedQuestion

LONGEST = 300_000  # characters of an answer

Chosen = Sequence[str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer as the database has it now. Not `kept`: somebody saved something else since, and this was not written."""

    kept: bool
    revision: int
    answer: str
    chosen: Any


def save(*, attempt: Attempt, position: int, answer: str, chosen: Chosen, seen: int, now: datetime) -> Saved:
    """Behind the learner's door. Raises Closed, PracticeRefused, and DoesNotExist when there is no such question."""
    if not attempt.is_open or attempt.is_overdue(now):
        raise Closed(_("This attempt is over: what was saved before is handed in."))
    row = attempt.answers.select_related("version").get(position=position)
    text, ids = cleaned(answer), _offered(row.version, chosen)
    if (row.answer, row.chosen) == (text, ids):
        return Saved(True, row.revision, row.answer, row.chosen)
    fresh = AttemptedQuestion.objects.filter(pk=row.pk, revision=seen, state=AttemptedQuestion.State.OPEN)
    if fresh.update(answer=text, chosen=ids, revision=seen + 1, saved_at=now):
        return Saved(True, seen + 1, text, ids)
    row.refresh_from_db()
    return Saved((row.answer, row.chosen) == (text, ids), row.revision, row.answer, row.chosen)


def set_aside(*, attempt: Attempt, position: int, later: bool) -> None:
    """Mark a question to come back to, or not any more."""
    AttemptedQuestion.objects.filter(attempt=attempt, position=position, state="open").update(set_aside=later)


def cleaned(text: str) -> str:
    """What a row can hold of what was typed, with one kind of line end. Raises PracticeRefused when it is too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    text = text.encode("utf-8", "replace").decode()  # half of a pair of surrogates is no letter
    if len(text) > LONGEST:
        raise PracticeRefused(
            _("This answer is too long: it has %(length)d characters, and %(most)d fit.") % {"length": len(text), "most": LONGEST}
        )
    return text


def _offered(version: QuestionVersion, chosen: Chosen) -> Any:
    """What was chosen of what is offered, and nothing else."""
    if version.kind == QuestionVersion.Kind.MATCHING:
        offered = {side: {entry["id"] for entry in version.choices[side]} for side in ("left", "right")}
        pairs = chosen.items() if isinstance(chosen, Mapping) else ()
        return {str(left): str(right) for left, right in pairs if left in offered["left"] and right in offered["right"]}
    ids = [entry["id"] for entry in version.choices or ()]
    wanted = [str(one) for one in chosen] if not isinstance(chosen, Mapping) else []
    picked = [one for one in ids if one in wanted]
    return picked if version.several else picked[:1]
