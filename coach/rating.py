"""A learner says whether an answer helped. One opinion for each answer; saying it again changes it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coach.models import QUESTION_LIMIT, Feedback, Response
from coach.remembering import remember
from learning.models import ConversationFeedback
from learning.opinions import give_opinion, take_back
from planning.concepts import evidencing

THUMBS = {
    Feedback.Rating.HELPFUL.value: ConversationFeedback.Type.THUMBS_UP.value,
    Feedback.Rating.NOT_HELPFUL.value: ConversationFeedback.Type.THUMBS_DOWN.value,
}


class RatingRefused(ValueError):
    """Says to the person what is wrong with the feedback; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def rate(*, response: Response, learner: User, rating: str, feedback_text: str = "") -> Feedback:
    """Save what the learner thinks of an answer, behind their door. Raises RatingRefused."""
    text = _readable(rating, feedback_text)
    with transaction.atomic():
        feedback, _created = Feedback.objects.update_or_create(
            response=response,
            learner=learner,
            defaults={"rating": rating, "feedback_text": text, "course_id": response.course_id},
            create_defaults={
                "rating": rating,
                "feedback_text": text,
                "course_id": response.course_id,
                "is_lab_guidance_feedback": response.is_lab_guidance,
            },
        )
        _tell_learning(response, rating, text)
        _move_concepts(response, learner, rating)
    return feedback


@transaction.atomic
def withdraw(response: Response, learner: User, rating: str | None = None) -> bool:
    """Take this opinion back, or whichever there is; False when it was not the learner's."""
    own = Feedback.objects.filter(response=response, learner=learner)
    deleted, _kinds = (own if rating is None else own.filter(rating=rating)).delete()
    if deleted and (memory := remember(response.query_id)):
        take_back(memory)
    if deleted:
        _move_concepts(response, learner, "")
    return deleted > 0


def _tell_learning(response: Response, rating: str, text: str) -> None:
    """The same opinion, where the learning loop sees it."""
    memory = remember(response.query_id)
    if memory:
        give_opinion(conversation=memory, feedback_type=THUMBS[rating], reason=text)


def _move_concepts(response: Response, learner: User, rating: str) -> None:
    """A question that helped, asked in a chapter or lab, moves the learner's concepts with that place."""
    query, source, now = response.query, f"coach:{response.query_id}", timezone.now()
    place_id = str(query.context.get("place") or "")
    if rating != Feedback.Rating.HELPFUL:
        evidencing.forget_question(learner_id=learner.pk, source=source, now=now)
    elif place_id:
        evidencing.note_question_of_place(
            learner_id=learner.pk,
            course_id=response.course_id,
            place_id=place_id,
            source=source,
            question=query.question,
            now=now,
        )


def _readable(rating: str, feedback_text: str) -> str:
    if rating not in Feedback.Rating.values:
        raise RatingRefused("rating", _("Say whether the answer was helpful or not quite."))
    text = feedback_text.strip()
    if "\x00" in text:
        raise RatingRefused("unreadable", _("The text holds a null character, which cannot be stored. Remove it and send again."))
    if len(text) > QUESTION_LIMIT:
        raise RatingRefused("too_long", _("The text may have %(limit)d characters.") % {"limit": QUESTION_LIMIT})
    return text
