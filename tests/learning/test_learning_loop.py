"""The whole loop without a page: a question that the course cannot answer, a correction, and the next learner's better answer."""

import asyncio

import pytest
from django.core.management import call_command

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import rating
from coach.answering import answer_now
from coach.models import Query
from coach.remembering import remember, remember_settled
from coach.showing import turn_html
from courses.models import Chapter, Course
from learning.applying import apply_learning
from learning.approving import ReviewRefused, approve, reject
from learning.correcting import correct
from learning.indexing import request_update, run_update
from learning.models import ConversationMemory, Knowledge, LearningItem, OwnerCorrection, ResponseAnalytics
from learning.undoing import undo
from tests.coach.conftest import answered, put, taught  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = "Which colour do the cables of the training rack have?"
PARAPHRASE = "What is the colour of the network cables in the training rack?"
REPLY = "The cables of the training rack are purple; grey ones belong to the office."


def ask(learner: User, course: Course, question: str) -> Query:
    query = put(learner, course, question)
    asyncio.run(answer_now(query.pk, SYSTEM))
    return answered(learner, query)


def corrected(query: Query, tess: User, answer: str = REPLY, priority: str = "normal") -> LearningItem:
    memory = remember(query.pk)
    with acting_as(tess):
        correction = correct(conversation=memory, trainer=tess, corrected_answer=answer, priority=priority)
    return item_of(correction)


def item_of(correction: OwnerCorrection) -> LearningItem:
    with acting_as(SYSTEM):
        return LearningItem.objects.get(source_id=correction.pk)


def again(item: LearningItem) -> LearningItem:
    with acting_as(SYSTEM):
        return LearningItem.objects.get(pk=item.pk)


def test_it_learns_a_correction_and_forgets_it_again(ada: User, ben: User, tess: User, rex: User, taught: Course) -> None:  # noqa: F811
    first = ask(ada, taught, ASKED)
    assert first.response.label == "not_found"

    item = corrected(first, tess)
    assert (item.status, item.confidence_score, item.question) == ("pending", 75, ASKED)
    assert not apply_learning().applied
    with acting_as(rex):
        approve(item_id=item.pk, reviewer=rex)
    assert apply_learning().applied == [item.pk]

    second = ask(ben, taught, PARAPHRASE)
    assert second.response.label == "verified"
    assert second.response.answer == f"{REPLY} [1]"
    assert second.response.reference_locations[0]["verified_by"] == "Tess"
    assert second.response.confidence_score > 0.7

    item = again(item)
    (line,) = item.receipt["questions"]
    assert not line["before"]["is_answered"]
    assert line["after"]["answer"] == f"{REPLY} [1]"
    assert line["after"]["confidence"] > line["before"]["confidence"]
    with acting_as(SYSTEM):
        assert OwnerCorrection.objects.get().applied_at

    with acting_as(rex):
        undo(item_id=item.pk, reviewer=rex)
    third = ask(ben, taught, PARAPHRASE)
    assert third.response.label == "not_found"
    assert REPLY not in third.response.answer


def test_it_leaves_unrelated_questions_to_the_course(ada: User, tess: User, taught: Course) -> None:  # noqa: F811
    corrected(ask(ada, taught, ASKED), tess, priority="urgent")
    assert len(apply_learning().applied) == 1
    for question in ("When do I use a bind mount?", "How do I publish a port?", "Who won the football cup?"):
        assert ask(ada, taught, question).response.label != "verified"


def test_it_keeps_questions_with_other_numbers_apart(ada: User, ben: User, tess: User, taught: Course) -> None:  # noqa: F811
    corrected(ask(ada, taught, "Which colour do the cables of rack 12 have?"), tess, priority="urgent")
    assert len(apply_learning().applied) == 1
    same, other = (ask(ben, taught, f"What colour are the cables of rack {number}?").response for number in (12, 14))
    assert (same.label, other.label) == ("verified", "not_found")


def test_it_says_when_the_question_was_only_similar(ada: User, ben: User, tess: User, taught: Course) -> None:  # noqa: F811
    corrected(ask(ada, taught, ASKED), tess, priority="urgent")
    apply_learning()
    itself = ask(ben, taught, ASKED)
    assert "similar question" not in turn_html(itself, slug=taught.slug)
    itself.response.reference_locations[0]["score"] = 0.6
    assert "similar question" in turn_html(itself, slug=taught.slug)


def test_it_applies_urgent_corrections_without_a_reviewer(ada: User, tess: User, taught: Course) -> None:  # noqa: F811
    item = corrected(ask(ada, taught, ASKED), tess, priority="urgent")
    assert (item.status, item.confidence_score, item.reviewed_by_id) == ("approved", 95, tess.pk)
    call_command("apply_learning", "--dry-run")
    assert again(item).status == "approved"
    call_command("apply_learning")
    assert again(item).status == "applied"


def test_it_renews_an_answer_and_restores_the_one_before(ada: User, tess: User, rex: User, taught: Course) -> None:  # noqa: F811
    corrected(ask(ada, taught, ASKED), tess, priority="urgent")
    apply_learning()
    item = corrected(ask(ada, taught, ASKED), tess, "They are purple, and orange from March on.", "urgent")
    apply_learning()
    with acting_as(SYSTEM):
        assert list(Knowledge.objects.order_by("version").values_list("version", "is_live")) == [(1, False), (2, True)]
    assert "orange" in ask(ada, taught, PARAPHRASE).response.answer
    with acting_as(rex):
        undo(item_id=item.pk, reviewer=rex)
    assert ask(ada, taught, PARAPHRASE).response.answer == f"{REPLY} [1]"


def test_it_looks_again_when_the_lesson_changes(ada: User, ben: User, tess: User, taught: Course) -> None:  # noqa: F811
    question = "When should I use a bind mount?"
    item = corrected(ask(ada, taught, question), tess, "Only for source code, never in production.", "urgent")
    assert item.chunk_hash
    apply_learning()
    assert ask(ben, taught, question).response.label == "verified"
    with acting_as(SYSTEM):
        chapter = Chapter.objects.get(course=taught, chapter_id="volumes")
        Chapter.objects.filter(pk=chapter.pk).update(body=chapter.body.replace("such as source code", "such as notes"))
        update = request_update(taught, update_type="incremental", triggered_by="manual")
    run_update(update.pk)
    assert again(item).status == "pending"
    assert again(item).reason.startswith("Re-check")
    assert ask(ben, taught, question).response.label == "course_text"


def test_it_groups_what_asks_for_the_same(ada: User, ben: User, tess: User, taught: Course) -> None:  # noqa: F811
    first = corrected(ask(ada, taught, ASKED), tess)
    second = corrected(ask(ben, taught, PARAPHRASE), tess)
    apply_learning()
    assert again(second).duplicate_of_id == first.pk
    assert again(second).near[0]["similarity"] > 0.85
    assert again(first).asked_count == 2


def test_it_tells_the_second_reviewer_who_was_faster(ada: User, tess: User, rex: User, taught: Course) -> None:  # noqa: F811
    item = corrected(ask(ada, taught, ASKED), tess)
    with acting_as(rex):
        reject(item_id=item.pk, reviewer=rex, reason="Not true any more.")
        with pytest.raises(ReviewRefused, match="Rex was faster"):
            approve(item_id=item.pk, reviewer=rex)
    assert again(item).reason == "Not true any more."


def test_it_makes_an_item_of_a_bad_rating_and_puts_it_away_again(ada: User, taught: Course) -> None:  # noqa: F811
    query = ask(ada, taught, ASKED)
    with acting_as(ada):
        rating.rate(response=query.response, learner=ada, rating="not_helpful", feedback_text="No colour.")
    with acting_as(SYSTEM):
        item = LearningItem.objects.get()
        assert (item.status, item.confidence_score, item.metadata["reason"]) == ("pending", 50, "No colour.")
    with acting_as(ada):
        rating.rate(response=query.response, learner=ada, rating="helpful")
    assert again(item).status == "rejected"


def test_it_remembers_each_settled_turn_once(ada: User, taught: Course) -> None:  # noqa: F811
    ask(ada, taught, "When do I use a volume?")
    assert remember_settled() == 1
    assert remember_settled() == 0
    with acting_as(ada):
        memory = ConversationMemory.objects.get()
        assert memory.metadata["sources"][0]["content_hash"]
        assert ResponseAnalytics.objects.get().response_type == "course_text"


def test_it_holds_back_what_would_harm_a_liked_answer(ada: User, ben: User, tess: User, taught: Course) -> None:  # noqa: F811
    liked = ask(ada, taught, "How can I publish a port of a container?")
    with acting_as(ada):
        rating.rate(response=liked.response, learner=ada, rating="helpful")
    item = corrected(ask(ben, taught, "How do I make a port of my container public?"), tess, "Ask the office.", "urgent")
    result = apply_learning()
    assert "was liked" in result.held[item.pk]
    assert again(item).status == "approved"
    assert "was liked" in again(item).held_reason
    with acting_as(SYSTEM):
        assert not Knowledge.objects.exists()
