"""Whether the sources bear an answer out: by words always; where the operator wants it, by a model that reads both once more.

The model's word can take confidence away and name a sentence below the answer; it can add nothing. Asked after the last word,
without a connection; when it does not come in time, or is no proper verdict on each sentence, the words alone decide.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings

from ai.citations import clean
from ai.json_said import json_said
from ai.prompts.supporting import check_request
from ai.providers import Finished
from ai.providers.completing import completed
from learning.citing import provenance, source
from learning.support import Claim, claims

if TYPE_CHECKING:
    from coach.answering import Draft

AI_DRAFT = "ai_draft"
WORTH = {"yes": 1.0, "partly": 0.5, "no": 0.0}
MOST_CLAIMS = 25
LONGEST = 4_000  # characters of a model's verdict that are looked at


def claims_of(draft: "Draft", answer: str) -> list[Claim]:
    """What a model's answer claims; nothing when the answer is the course's or a trainer's own words. `answer` is clean."""
    numbers = range(1, len(draft.passages) + 1)
    cited = [draft.passages[number - 1] for number in clean(answer, numbers)[1]]
    if provenance(draft.finished or Finished("cut", "", ""), cited) != AI_DRAFT:
        return []
    texts = {number: " ".join((*each.heading_path, each.content)) for number, each in enumerate(draft.passages, start=1)}
    return claims(answer, texts, question=draft.question)


async def check(draft: "Draft", text: str) -> None:
    """Ask a model which claims its sources bear out; sets `draft.verdicts`. The cost stands in `draft.asides`."""
    if settings.CHECK_WITHIN <= 0 or draft.finished is None or draft.finished.reason != "stop":
        return
    answer, used = clean(text.strip(), range(1, len(draft.passages) + 1))
    found = claims_of(draft, answer)
    if not found or len(found) > MOST_CLAIMS:
        return
    sources = [source(number, draft.passages[number - 1]) for number in used or range(1, len(draft.passages) + 1)]
    request = check_request(sentences=[claim.text for claim in found], sources=sources, course_id=str(draft.claimed.course_id))
    said = await completed(request, attempts=draft.asides, within=settings.CHECK_WITHIN)
    draft.verdicts = read(said[0], len(found)) if said else {}


def read(said: str, count: int) -> Mapping[int, float]:
    """The worth of each claim by its number; nothing unless there is exactly one verdict for each."""
    try:
        rows = json_said(said, longest=LONGEST)["sentences"]
        found = {row["number"]: WORTH[row["support"]] for row in rows}
    except (ValueError, TypeError, KeyError):
        return {}
    return found if len(rows) == count and set(found) == set(range(1, count + 1)) else {}
