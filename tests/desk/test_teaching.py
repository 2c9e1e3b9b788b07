"""From the learner's question to the next learner's better answer, by way of the desk."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.answering import answer_now
from coach.models import Escalation, Query
from coach.replying import Reply, reply
from coach.teaching import teach_due
from courses.models import Course
from learning.applying import apply_learning
from learning.models import LearningItem
from tests.coach.conftest import answered, put, taught  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "Which colour do the cables of the training rack have?"
PARAPHRASE = "What is the colour of the network cables in the training rack?"
REPLY = "The cables of the training rack are purple; grey ones belong to the office."
LATER = timedelta(minutes=2)


def ask(learner: User, course: Course, question: str) -> Query:
    query = put(learner, course, question)
    asyncio.run(answer_now(query.pk, SYSTEM))
    return answered(learner, query)


def replied(course: Course, learner: User, trainer: User, *, teach: bool = True, priority: str = "urgent") -> Escalation:
    query = ask(learner, course, ASKED)
    with acting_as(trainer):
        return reply(Escalation.objects.get(query=query), Reply(REPLY, teach=teach, priority=priority), trainer)


def test_it_answers_the_next_learner_with_the_reply(taught: Course, ada: User, ben: User, tess: User) -> None:  # noqa: F811
    replied(taught, ada, tess)
    assert teach_due(timezone.now()) == 0  # it may still be taken back
    assert teach_due(timezone.now() + LATER) == 1
    assert teach_due(timezone.now() + LATER) == 0
    assert len(apply_learning().applied) == 1
    response = ask(ben, taught, PARAPHRASE).response
    assert response.label == "verified"
    assert REPLY in response.answer


@pytest.mark.parametrize(("teach", "priority", "status"), [(False, "urgent", None), (True, "normal", "pending")])
def test_it_teaches_as_the_trainer_wished(
    taught: Course,  # noqa: F811
    ada: User,
    tess: User,
    teach: bool,
    priority: str,
    status: str | None,
) -> None:
    replied(taught, ada, tess, teach=teach, priority=priority)
    teach_due(timezone.now() + LATER)
    with acting_as(SYSTEM):
        assert list(LearningItem.objects.values_list("status", flat=True)) == ([status] if status else [])
