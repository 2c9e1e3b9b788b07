"""What kind of help a question asks for: the head says it; where it is torn, a model is asked as well, for a short while.

No connection and no transaction is held while the model speaks. Without a model, over budget, when none answers in time and when
it says no intent, the head's word stands.
"""

from typing import TYPE_CHECKING

from django.conf import settings

from ai.prompts.intending import intent_request
from ai.providers.completing import completed
from learning.confidence import standing_out
from learning.intents import weighing
from learning.intents.telling import tell
from learning.searching import QuestionVector

if TYPE_CHECKING:
    from coach.answering import Draft


async def intent_of(draft: "Draft", vector: QuestionVector | None) -> str:
    """Needs the draft's question and relevance. What the model cost stands in `draft.asides`."""
    claimed = draft.claimed
    question, in_lab = claimed.question, claimed.place_kind == "lab"
    ahead = standing_out(draft.passages)
    told = tell(question, vector=vector, relevance=draft.relevance, ahead=ahead, in_lab=in_lab)
    if told.is_sure or claimed.allowance.is_over or settings.INTENT_WITHIN <= 0:
        return told.intent
    odds = weighing.odds_of(question, vector, in_lab=in_lab)
    if not weighing.is_worth_asking(told, odds, is_covered=draft.is_covered):
        return told.intent
    return weighing.weighed(told, await _opinion(draft), odds, is_covered=draft.is_covered)


async def _opinion(draft: "Draft") -> str | None:
    claimed = draft.claimed
    request = intent_request(
        question=claimed.question,
        course=claimed.course_title,
        place=f"{claimed.place_kind} {claimed.context.get('title', '')}".strip(),
        earlier=claimed.earlier[0].question if claimed.earlier else "",
        course_id=str(claimed.course_id),
    )
    answer = await completed(request, attempts=draft.asides, within=settings.INTENT_WITHIN)
    return weighing.read(answer[0]) if answer else None
