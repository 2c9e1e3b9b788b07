"""The small course, a second trainer, and questions that wait at the desk."""

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import escalating
from coach.models import Escalation
from courses.models import Course, CourseTrainer
from tests.coach.conftest import taught
from tests.coach.test_answering import ask_now
from tests.conftest import make_person

__all__ = ["taught"]

UNKNOWN = "How do I set up streaming replication to a second server?"
KNOWN = "Should I use a volume or a bind mount for the files of a database?"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def theo(course: Course) -> User:
    """Trains the same course."""
    person = make_person("Theo", "trainer")
    with acting_as(SYSTEM):
        CourseTrainer.objects.create(course=course, trainer=person)
    return person


def pass_on(learner: User, course: Course, question: str = KNOWN, note: str = "") -> Escalation:
    """A question that was answered, and then passed on by its learner unless it went by itself."""
    query = ask_now(learner, course, question)
    with acting_as(learner):
        found = Escalation.objects.filter(query=query).first()
        return found or escalating.ask_trainer(query=query, note=note)


def now_(escalation: Escalation) -> Escalation:
    """The row as it is."""
    with acting_as(SYSTEM):
        return Escalation.objects.select_related("query", "course").get(pk=escalation.pk)


@pytest.fixture
def waiting(taught: Course, ada: User) -> Escalation:
    """Ada's question, with Tess."""
    return pass_on(ada, taught)
