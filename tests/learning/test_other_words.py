"""The loop with questions that only look alike, and in other languages than English: whose answer comes, and whose stays."""

import asyncio
from uuid import UUID

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.answering import answer_now
from coach.models import Escalation, Query
from coach.showing import turn_html
from courses.models import Course
from learning.applying import apply_learning
from learning.models import Knowledge, LearningItem
from tests.coach.conftest import answered, put, taught
from tests.learning.test_learning_loop import again, ask, corrected

__all__ = ["taught"]

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = "Wo liegt der Schlüssel für den Serverraum?"
CHINESE = "助教的办公时间是什么时候？"
ARABIC = "كم عدد الطلاب في كل مجموعة؟"


def learn(course: Course, ada: User, tess: User, *pairs: tuple[str, str]) -> list[LearningItem]:
    items = [corrected(ask(ada, course, question), tess, answer, "urgent") for question, answer in pairs]
    apply_learning()
    return [again(item) for item in items]


def live() -> set[str]:
    with acting_as(SYSTEM):
        return set(Knowledge.objects.live().values_list("content", flat=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("May I hand in the report after the deadline?", "May I hand in the report before the deadline?"),
        ("Can I use pandas instead of polars in task three?", "Can I use polars instead of pandas in task three?"),
        ("Welche Hilfsmittel sind im Test erlaubt?", "Welche Hilfsmittel sind im Test nicht erlaubt?"),
        ("怎么删除一个卷？", "怎么创建一个卷？"),
    ],
)
def test_it_keeps_an_answer_when_a_question_that_looks_like_its_own_is_answered(
    taught: Course, ada: User, tess: User, one: str, other: str
) -> None:
    first = learn(taught, ada, tess, (one, "That is so: see the page of the course."))
    second = learn(taught, ada, tess, (other, "That is not so: see the page of the course."))
    assert live() == {"That is so: see the page of the course.", "That is not so: see the page of the course."}
    assert first[0].entry_id != second[0].entry_id
    assert ask(ada, taught, one).response.answer.startswith("That is so")
    assert ask(ada, taught, other).response.answer.startswith("That is not so")


def test_it_does_not_group_questions_that_only_look_alike(taught: Course, ada: User, tess: User) -> None:
    one = corrected(ask(ada, taught, "May I hand in the report after the deadline?"), tess, "See the page of the course.")
    other = corrected(ask(ada, taught, "May I hand in the report before the deadline?"), tess, "See the page of the course.")
    same = corrected(ask(ada, taught, "May I submit the report after the deadline?"), tess, "See the page of the course.")
    apply_learning()
    assert [again(item).duplicate_of_id for item in (other, same)] == [None, one.pk]
    assert {each["id"]: each["relation"] for each in again(other).near} == {str(one.pk): "near"}


def test_it_lets_a_later_answer_to_the_same_question_take_the_place_of_the_earlier(taught: Course, ada: User, tess: User) -> None:
    learn(taught, ada, tess, ("How long is the break?", "An hour."))
    learn(taught, ada, tess, ("How long is the break", "Half an hour."))
    assert live() == {"Half an hour."}


def test_it_passes_on_a_question_in_a_language_it_cannot_judge(taught: Course, ada: User, tess: User) -> None:
    query = ask(ada, taught, GERMAN)
    assert (query.intent, query.response.label) == ("course_content", "not_found")
    with acting_as(tess):
        assert Escalation.objects.get(query=query).original_question == GERMAN


@pytest.mark.parametrize(
    ("question", "paraphrase", "look_alike"),
    [
        (GERMAN, "Wo ist denn der Schlüssel für den Serverraum?", "Wo liegt der Schlüssel für den Keller?"),
        (CHINESE, "助教什么时候有办公时间？", "秘书的办公时间是什么时候？"),
        (ARABIC, "ما هو عدد الطلاب في كل مجموعة؟", "كم عدد الكتب في كل مجموعة؟"),
    ],
)
def test_it_learns_in_other_languages(
    taught: Course, ada: User, ben: User, tess: User, question: str, paraphrase: str, look_alike: str
) -> None:
    learn(taught, ada, tess, (question, "# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nls\n```"))
    assert ask(ben, taught, question).response.label == "verified"
    assert ask(ben, taught, paraphrase).response.label == "verified"
    assert ask(ben, taught, look_alike).response.label == "not_found"


def test_it_says_that_an_answer_was_given_to_a_similar_question(taught: Course, ada: User, ben: User, tess: User) -> None:
    learn(taught, ada, tess, (GERMAN, "Im grünen Kasten."))
    query = ask(ben, taught, "Wo ist denn der Schlüssel für den Serverraum?")
    with acting_as(ben):
        query = Query.objects.with_answer().get(pk=query.pk)
        assert "given to a similar question" in turn_html(query, slug=taught.slug)


def test_it_keeps_apart_questions_written_without_spaces(taught: Course, ada: User, ben: User, tess: User) -> None:
    learn(taught, ada, tess, (ARABIC, "أربعة."), (CHINESE, "周三。"))
    conversation: UUID = ask(ben, taught, ARABIC).conversation_id
    query = put(ben, taught, CHINESE)
    assert query.conversation_id == conversation
    asyncio.run(answer_now(query.pk, SYSTEM))
    assert answered(ben, query).response.answer.startswith("周三")
