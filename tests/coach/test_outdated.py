"""An answer whose course has changed since: marked in the history, and its citations show the passage as it was."""

import re
from typing import Any

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Query
from coach.outdated import changed_since
from courses.editing import Text
from courses.models import Chapter, Course
from learning.editing import remove, save_text
from learning.indexing import run_update
from tests.api.conftest import ask_and_answer
from tests.coach.conftest import answered, taught
from tests.pages.conftest import signed_in

__all__ = ["taught"]

pytestmark = pytest.mark.django_db(transaction=True)  # answers come from threads with connections of their own


def rewrite(course: Course, body: str | None = None) -> None:
    """Another text for the chapter on volumes, or none at all; generations before are forgotten, as they are after a while."""
    with acting_as(SYSTEM):
        place = Chapter.objects.select_related("course").get(course=course, chapter_id="volumes")
        update = save_text(place, Text(place.title, body, place.day, place.section)) if body is not None else remove(place)
    assert update
    assert run_update(update.pk)
    if body is not None:
        with acting_as(SYSTEM):
            other = Chapter.objects.select_related("course").get(course=course, chapter_id="networks")
            again = save_text(other, Text("Networks", body, 3, ""))
        assert again
        assert run_update(again.pk)


def citation(query: Query, learner: User) -> str:
    """The address of the first citation, as the page links it."""
    page = signed_in(learner).get("/coach/containers/").content.decode()
    found = re.search(r'<a href="(/courses/[^"]+\?passage=[^"#]+)', page)
    assert found
    return found[1]


def test_it_marks_answers_of_a_text_that_has_changed(taught: Course, ada: User) -> None:
    ask_and_answer(ada, taught)
    client = signed_in(ada)
    assert b"has changed since this answer" not in client.get("/coach/containers/").content
    rewrite(taught, "# Volumes\n\nNothing of it is left.")
    page = client.get("/coach/containers/").content.decode()
    assert "has changed since this answer" in page
    assert "Ask anew" in page
    assert "has changed since this answer" in client.get("/courses/containers/lab-database/").content.decode()


def test_it_marks_nothing_in_a_new_index_of_the_same_words(taught: Course, ada: User) -> None:
    query = ask_and_answer(ada, taught)
    with acting_as(SYSTEM):
        place = Chapter.objects.select_related("course").get(course=taught, chapter_id="networks")
        update = save_text(place, Text("Networks", "Other words.", 3, ""))
    assert update
    assert run_update(update.pk)
    client = signed_in(ada)
    assert b"has changed since this answer" not in client.get("/coach/containers/").content
    page = client.get(citation(query, ada)).content.decode()
    assert 'id="cited-passage"' in page
    assert "as-it-was" not in page


def test_it_shows_the_passage_as_it_was(taught: Course, ada: User, ben: User) -> None:
    address = citation(ask_and_answer(ada, taught), ada)
    rewrite(taught, "# Volumes\n\nNothing of it is left.")
    page = signed_in(ada).get(address).content.decode()
    assert "This is the passage as it was" in page
    assert "files of a database" in page
    assert "as-it-was" not in signed_in(ben).get(address).content.decode()  # what stood in Ada's answer is hers


def test_it_says_that_a_cited_chapter_is_gone(taught: Course, ada: User) -> None:
    address = citation(ask_and_answer(ada, taught), ada)
    rewrite(taught)
    client = signed_in(ada)
    gone = client.get(address)
    assert (gone.status_code, b"no longer part of the course" in gone.content) == (410, True)
    assert b"files of a database" in gone.content
    for answer in (client.get("/courses/containers/volumes/"), client.post("/courses/containers/volumes/done")):
        assert (answer.status_code, b"no longer part of the course" in answer.content) == (410, True)
        assert b"files of a database" not in answer.content
    assert client.get("/courses/containers/nowhere/?passage=x").status_code == 404
    assert client.post("/courses/containers/nowhere/done").status_code == 404


def test_it_explains_the_label(taught: Course, ada: User, tess: User) -> None:
    query = ask_and_answer(ada, taught)
    page = signed_in(ada).get("/coach/containers/").content.decode()
    assert "Every sentence stands in the course" in page
    assert answered(ada, query).response.label == "course_text"


def test_it_costs_one_query(taught: Course, ada: User, django_assert_num_queries: Any) -> None:
    query = answered(ada, ask_and_answer(ada, taught))
    with acting_as(ada):
        taught.refresh_from_db()
        with django_assert_num_queries(1):
            assert changed_since(taught, [query, query]) == frozenset()
        with django_assert_num_queries(0):
            assert changed_since(taught, []) == frozenset()
