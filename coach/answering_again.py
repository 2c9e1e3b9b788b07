"""An answer that was given before to the same question, given again: its words, its sources and when it was given.

Nothing of whoever asked first is known here. No model is asked, and nothing is searched.
"""

from typing import TYPE_CHECKING, Any

from coach.paths import Said
from learning.citing import restored

if TYPE_CHECKING:
    from coach.answering import Draft


def take(draft: "Draft", settled: dict[str, Any]) -> None:
    """Make the draft say what the settled answer says."""
    draft.passages = [restored(item, draft.claimed.course_id) for item in settled["evidence"]]
    draft.relevance, draft.confidence = float(settled["raw"] or 0), float(settled["confidence"] or 0)
    draft.answered_before = settled["at"]
    draft.said = Said(settled["answer"], is_answer=True, provider=settled["provider"], model=settled["model"])
