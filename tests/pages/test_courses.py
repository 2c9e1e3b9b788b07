"""Pages of courses: right for the learner, not there for a stranger, and few queries whatever the size."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseAsset, PlaceProgress
from learning.models import ContentChunk
from tests.conftest import make_course, make_person
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ["", "volumes/", "lab-database/"]
MOST_QUERIES = 24  # of a chapter with the coach beside it, the door's own statements included


@pytest.mark.parametrize("path", PATHS)
def test_it_shows_a_course_to_its_learner(taught: Course, ada: User, path: str) -> None:
    response = signed_in(ada).get(f"/courses/containers/{path}")
    assert response.status_code == 200
    assert b"Volumes and bind mounts" in response.content


@pytest.mark.parametrize("path", PATHS)
def test_it_sends_strangers_to_the_sign_in_page(taught: Course, client: Client, path: str) -> None:
    response = client.get(f"/courses/containers/{path}")
    assert (response.status_code, response.url.split("?")[0]) == (302, "/account/sign-in/")


@pytest.mark.parametrize("path", [*PATHS, "files/picture.png"])
def test_it_hides_a_course_from_who_is_not_in_it(taught: Course, path: str) -> None:
    outsider = signed_in(make_person("Olga"))
    assert outsider.get(f"/courses/containers/{path}").status_code == 404
    assert outsider.get(f"/courses/unknown/{path}").status_code == 404


def test_it_hides_a_closed_course(taught: Course, ada: User) -> None:
    with acting_as(SYSTEM):
        Course.objects.update(closed_at=timezone.now())
    browser = signed_in(ada)
    assert browser.get("/courses/containers/").status_code == 404
    assert b"Containers" not in browser.get("/").content


@pytest.mark.parametrize("path", ["nope/", "..%2f..%2fetc/", "volumes/nope/", "files/nope.png", "%00/", "x" * 3000 + "/"])
def test_it_knows_no_other_pages(taught: Course, ada: User, path: str) -> None:
    assert signed_in(ada).get(f"/courses/containers/{path}").status_code == 404


def test_it_remembers_what_was_opened_and_done(taught: Course, ada: User, ben: User) -> None:
    browser = signed_in(ada)
    browser.get("/courses/containers/volumes/")
    response = browser.post("/courses/containers/volumes/done")
    assert response.url == "/courses/containers/networks/"
    with acting_as(SYSTEM):
        row = PlaceProgress.objects.get()
        assert (row.learner_id, row.place_id, row.done_at is not None) == (ada.pk, "volumes", True)
    assert b"1 of 3 done" in browser.get("/courses/containers/").content
    assert b"0 of 3 done" in signed_in(ben).get("/courses/containers/").content
    browser.post("/courses/containers/volumes/done", {"done": "no"})
    assert b"0 of 3 done" in browser.get("/").content


def test_it_goes_on_where_the_learner_was(taught: Course, ada: User) -> None:
    browser = signed_in(ada)
    browser.get("/courses/containers/networks/")
    page = browser.get("/").content.decode()
    assert "Continue" in page
    assert "/courses/containers/networks/" in page


def test_it_has_the_places_that_citations_of_the_whole_course_lead_to(taught: Course, ada: User) -> None:
    page = signed_in(ada).get("/courses/containers/").content.decode()
    with acting_as(SYSTEM):
        anchors = set(ContentChunk.objects.filter(content_type="overview").values_list("anchor", flat=True)) - {""}
    assert anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []


def test_it_marks_done_by_post_only(taught: Course, ada: User) -> None:
    assert signed_in(ada).get("/courses/containers/volumes/done").status_code == 405


def test_it_serves_a_file_as_a_picture_and_nothing_else(taught: Course, ada: User) -> None:
    with acting_as(SYSTEM):
        CourseAsset.objects.create(
            course=taught, path="a/b.svg", content_type="image/svg+xml", content=b"<svg/>", content_hash="0" * 64
        )
    browser = signed_in(ada)
    response = browser.get("/courses/containers/files/a/b.svg")
    assert (response.content, response["Content-Type"]) == (b"<svg/>", "image/svg+xml")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert browser.get("/courses/containers/files/a/b.svg", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_it_needs_few_queries(taught: Course, ada: User, django_assert_max_num_queries) -> None:
    browser = signed_in(ada)
    browser.get("/courses/containers/volumes/")
    with django_assert_max_num_queries(MOST_QUERIES):
        browser.get("/courses/containers/volumes/")


def test_it_needs_no_more_queries_for_more_courses(taught: Course, ada: User, django_assert_num_queries) -> None:
    browser = signed_in(ada)
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    with acting_as(SYSTEM):
        for number in range(8):
            course = make_course(f"more-{number}", f"More {number}")
            course.enrolments.create(learner=ada)
    with django_assert_num_queries(len(few)):
        browser.get("/")


def test_it_greets_strangers_without_a_query(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert b"Ask your course" in client.get("/").content
