"""What a reviewer is offered to act on: one question of the transcript and a draft of the answer.

The question is the one the course knows least about; where everything asked is answered well, the worst that was said. The
draft is what somebody replied, else what the course says nearest, composed without a model. It is a draft in any case: the
database makes a pending item of it, and nothing is learnt before a person approves. Pure but for the embedding it is given.
"""

from collections.abc import Sequence
from typing import Any

from ai.citations import clean
from ai.providers.events import Source
from ai.providers.extractive import compose
from ai.providers.scoring import Embed
from learning.retrieval import Passage
from learning.transcripts.feeling import Feeling
from learning.transcripts.wondering import Wondered, place_of

FEWEST_WORDS = 5  # of a reply that answers something


def propose(weak: Sequence[Wondered], feeling: Feeling, *, embed: Embed | None) -> dict[str, Any]:
    """`question`, `content`, `place` and `from` (reply, course or nothing); empty when there is nothing to propose."""
    if weak:
        worst = min(weak, key=lambda one: (one.confidence, one.said.cue))
        content, origin = _draft(worst, embed)
        place = place_of(worst.passages[0]) if worst.passages else {}
        return {"question": worst.said.text, "content": content, "place": place, "from": origin, "at": worst.said.at}
    if feeling.negative:
        quote = feeling.negative[0]
        return {"question": quote["text"], "content": "", "place": {}, "from": "", "at": quote["at"]}
    return {}


def _draft(worst: Wondered, embed: Embed | None) -> tuple[str, str]:
    if len(worst.reply.split()) >= FEWEST_WORDS:
        return worst.reply, "reply"
    sources = [_source(number, passage) for number, passage in enumerate(worst.passages, 1)]
    composed = compose(worst.said.text, sources, embed)
    return (clean(composed.text, ())[0], "course") if composed.is_answered else ("", "")


def _source(number: int, passage: Passage) -> Source:
    return Source(
        number, passage.title, passage.content, passage.heading_path, "knowledge" if passage.kind == "knowledge" else "course"
    )
