"""A course whose address changes while people hold the old one: they are led on, and nobody else learns of it."""

import pytest
from django.test import Client

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Query
from courses.models import Course, FormerAddress
from tests.conftest import make_course, make_person
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db


def move(course: Course, slug: str) -> None:
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(slug=slug)


@pytest.mark.parametrize(
    "path",
    [
        "/courses/{}/", "/courses/{}/volumes/", "/courses/{}/volumes/?passage=x", "/courses/{}/a%3Fb%C3%A4/",
        "/coach/{}/?turn=x&q=%C3%A4", "/coach/{}/search?q=port", "/api/v1/courses/{}", "/api/v1/courses/{}/places/volumes",
    ],
)  # fmt: skip
def test_it_leads_on_from_an_old_address(taught: Course, ada: User, path: str) -> None:
    browser = signed_in(ada)
    before = browser.get(path.format(taught.slug)).status_code
    move(taught, "boxes")
    answer = browser.get(path.format("containers"))
    assert (answer.status_code, answer.url) == (307, path.format("boxes"))
    assert browser.get(answer.url).status_code == before
    move(taught, "crates")
    assert browser.get(path.format("containers")).url == browser.get(path.format("boxes")).url == path.format("crates")
    move(taught, "containers")
    assert browser.get(path.format("containers")).status_code == before
    assert browser.get(path.format("crates")).url == path.format("containers")


def test_it_takes_a_question_sent_to_an_old_address(taught: Course, ada: User) -> None:
    browser = signed_in(ada)
    move(taught, "boxes")
    form = {"question": "Why a volume?", "place": "volumes"}
    page = browser.post("/coach/containers/ask", form, follow=True)
    assert (page.status_code, b"Why a volume?" in page.content) == (200, True)
    with acting_as(SYSTEM):
        assert Query.objects.get().context["place"] == "volumes"


def test_it_leads_nobody_else_on(taught: Course, ada: User) -> None:
    stranger = signed_in(make_person("Sam"))
    move(taught, "boxes")
    assert stranger.get("/courses/containers/").status_code == 404
    assert stranger.post("/coach/containers/ask", {"question": "x"}).status_code == 404
    assert "boxes" not in Client().get("/courses/containers/").headers.get("Location", "")
    browser = signed_in(ada)
    assert browser.get("/courses/never-there/").status_code == 404
    assert browser.get("/courses/containers/nowhere/", follow=True).status_code == 404
    with acting_as(SYSTEM):
        Course.objects.filter(pk=taught.pk).update(closed_at="2026-01-01T00:00Z")
    assert browser.get("/courses/containers/").status_code == 404


def test_it_gives_a_course_that_takes_the_address_over_to_its_learners(taught: Course, ada: User) -> None:
    move(taught, "boxes")
    other = make_course("containers", "Shipping containers")
    assert signed_in(ada).get("/courses/containers/").url == "/courses/boxes/"  # she is not in the other
    move(other, "ships")
    with acting_as(SYSTEM):
        assert FormerAddress.objects.get(slug="containers").course == other


def test_it_changes_the_address_in_admin(taught: Course, ada: User, rex: User) -> None:
    page = signed_in(rex).get(f"/admin/courses/course/{taught.pk}/change/").content.decode()
    assert "The earlier one goes on leading here" in page
    form = {
        "title": "Boxes", "slug": "boxes", "description": "", "language": "english", "escalation_threshold": "0.4",
        "wanted_error": "0.05", "closed_at_0": "", "closed_at_1": "",
        "course_trainers-TOTAL_FORMS": "0", "course_trainers-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert signed_in(rex).post(f"/admin/courses/course/{taught.pk}/change/", form).status_code == 302
    assert b"Boxes" in signed_in(ada).get("/courses/containers/", follow=True).content
