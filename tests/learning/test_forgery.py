"""What nobody may write for another, by page, by API and as SQL."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Feedback
from coach.remembering import remember
from courses.models import Course
from learning.models import ConversationFeedback
from tests.api.conftest import Program
from tests.coach.conftest import taught
from tests.learning.test_learning_loop import ASKED, ask
from tests.pages.conftest import signed_in
from tests.security.scene import acting, app_connection

__all__ = ["taught"]

pytestmark = pytest.mark.django_db(transaction=True)

OPINION = {"conversation_id": "memory", "course_id": "course", "feedback_type": "thumbs_down", "metadata": "{}"}
RATING = {
    "response_id": "response", "course_id": "course", "rating": "not_helpful", "feedback_text": "", "updated_at": "now",
    "is_lab_guidance_feedback": False,
}  # fmt: skip
CORRECTION = {
    "conversation_id": "memory", "learner_id": "ada", "course_id": "course", "trainer_name": "Tess", "original_response": "",
    "corrected_answer": "Mine.", "priority": "urgent", "metadata": "{}",
}  # fmt: skip
FORGED: list[tuple[str, dict[str, Any]]] = [
    ("conversation_feedback", {**OPINION, "learner_id": "ben"}),
    ("conversation_feedback", {**OPINION, "learner_id": "ada"}),
    ("ai_coach_feedback", {**RATING, "learner_id": "ben"}),
    ("ai_coach_feedback", {**RATING, "learner_id": "ada"}),
    ("owner_corrections", {**CORRECTION, "trainer_id": "ben"}),
    ("owner_corrections", {**CORRECTION, "trainer_id": "tess"}),
]


OWN = [
    ("ada", "learner", "conversation_feedback", {**OPINION, "learner_id": "ada"}),
    ("ada", "learner", "ai_coach_feedback", {**RATING, "learner_id": "ada"}),
    ("tess", "trainer", "owner_corrections", {**CORRECTION, "trainer_id": "tess"}),
]


@pytest.fixture
def known(taught: Course, ada: User, ben: User, tess: User) -> dict[str, Any]:
    """The ids behind the names in the rows."""
    query = ask(ada, taught, ASKED)
    memory = remember(query.pk)
    assert memory
    people = {"ada": ada.pk, "ben": ben.pk, "tess": tess.pk}
    return {"memory": memory.pk, "course": taught.pk, "response": query.response.pk, **people}


def insert(known: dict[str, Any], person: str, role: str, table: str, row: dict[str, Any]) -> int:
    """Write the row as that person; how many were written."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in row)
    values = sql.SQL(", ").join(sql.Placeholder() for _name in row)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, values)
    cells = [known.get(value, value) if isinstance(value, str) else value for value in row.values()]
    with app_connection() as raw, acting(raw, str(known[person]), role):
        return raw.execute(statement, cells).rowcount


@pytest.mark.parametrize(("person", "role", "table", "row"), OWN)
def test_it_takes_a_row_from_whose_it_is(known: dict[str, Any], person: str, role: str, table: str, row: dict[str, Any]) -> None:
    assert insert(known, person, role, table, row) == 1


@pytest.mark.parametrize(("table", "row"), FORGED)
def test_it_refuses_a_forged_row_in_the_database(known: dict[str, Any], table: str, row: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        insert(known, "ben", "learner", table, row)


@pytest.mark.parametrize("deed", ["UPDATE {} SET learner_id = learner_id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["conversation_feedback", "ai_coach_feedback", "learning_queue"])
def test_it_touches_nothing_of_anothers(taught: Course, ada: User, ben: User, table: str, deed: str) -> None:
    query = ask(ada, taught, ASKED)
    assert Program(ada).send("PUT", f"queries/{query.pk}/feedback", {"rating": "not_helpful"}).status_code == 200
    with app_connection() as raw, acting(raw, str(ben.pk), "learner"):
        assert raw.execute(sql.SQL(deed).format(sql.Identifier(table))).rowcount == 0


def test_it_hides_anothers_answer_from_who_would_rate_it(taught: Course, ada: User, ben: User) -> None:
    query = ask(ada, taught, ASKED)
    assert signed_in(ben).post(f"/coach/turns/{query.pk}/feedback", {"rating": "not_helpful"}).status_code == 404
    assert Program(ben).send("PUT", f"queries/{query.pk}/feedback", {"rating": "not_helpful"}).status_code == 404
    assert Program(ben).send("DELETE", f"queries/{query.pk}/feedback").status_code == 404
    with acting_as(SYSTEM):
        assert not Feedback.objects.exists()
        assert not ConversationFeedback.objects.exists()
