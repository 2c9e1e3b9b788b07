"""Django admin: for admins alone, behind the door for the whole request, and without a way to change what people wrote."""

import uuid

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from accounts.signing_in import account_by_email
from ai.models import AIRequestLog, Conversation
from coach.models import Escalation, Feedback, Query, Response
from courses.models import Chapter, Course, CourseTrainer, Enrolment, Lab
from tests.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db

READ_ONLY = {"query", "response", "escalation", "feedback", "airequestlog", "contentchunk", "contentupdate"}
READ_ONLY |= {"knowledge", "auditentry"}


def signed_in(person: User) -> Client:
    client = Client()
    assert client.post("/account/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def office(rex: User) -> Client:
    return signed_in(rex)


@pytest.fixture
def filled(course: Course, ada: User, tess: User) -> Course:
    """A course in which everything that admin shows has a row."""
    owner = {"learner": ada, "course": course}
    with acting_as(SYSTEM):
        chapter = Chapter.objects.create(course=course, chapter_id="one", title="One", body="Words.")
        Lab.objects.create(course=course, lab_id="lab", title="Lab", chapter=chapter)
        conversation = Conversation.objects.create(user=ada, course=course)
        query = Query.objects.create(**owner, conversation=conversation, question="<b>Why?</b>", client_key=uuid.uuid4())
        response = Response.objects.create(**owner, query=query, answer="<img src=x onerror=alert(1)>")
        Escalation.objects.create(**owner, query=query, original_question="Why?", reason="asked")
        Feedback.objects.create(**owner, response=response, rating="helpful")
        AIRequestLog.objects.create(user=ada, feature="coach", provider="p", model="m")
    return course


def pages() -> list[str]:
    return [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


def test_it_sends_strangers_to_the_sign_in_page(client: Client, db: None) -> None:
    for path in ("/admin/", "/admin/login/", "/admin/accounts/user/", "/admin/nothing/"):
        assert client.get(path).url.startswith("/account/sign-in/")


@pytest.mark.parametrize(
    "fields", [{}, {"role": "trainer"}, {"role": "admin"}, {"is_staff": True}, {"is_staff": True, "is_superuser": True}]
)
def test_it_does_not_exist_for_anybody_but_admins(fields: dict, db: None) -> None:
    client = signed_in(make_person("Sam", **{"role": "learner", **fields}))
    for path in ("/admin/", "/admin/login/", "/admin/accounts/user/", "/admin/jsi18n/"):
        response = client.get(path)
        assert response.status_code == 404 or response.url.startswith("/account/sign-in/"), path
        assert response.status_code == 404 or path == "/admin/login/"


def test_it_shows_every_list_and_every_row(office: Client, filled: Course) -> None:
    assert office.get("/admin/").status_code == 200
    for model, model_admin in admin.site._registry.items():
        page = f"{model._meta.app_label}_{model._meta.model_name}"
        listed = office.get(reverse(f"admin:{page}_changelist"))
        assert listed.status_code == 200, page
        with acting_as(SYSTEM):
            row = model_admin.get_queryset(listed.wsgi_request).first()
        if row:
            shown = office.get(reverse(f"admin:{page}_change", args=[row.pk]))
            assert shown.status_code == 200, page
            assert b"<img src=x" not in shown.content
            assert b"<b>Why?</b>" not in listed.content


def test_it_changes_nothing_that_people_wrote(office: Client, filled: Course) -> None:
    for page in pages():
        if page.partition("_")[2] not in READ_ONLY:
            continue
        model = next(model for model in admin.site._registry if f"{model._meta.app_label}_{model._meta.model_name}" == page)
        assert office.get(reverse(f"admin:{page}_add")).status_code == 403, page
        with acting_as(SYSTEM):
            row = model.objects.first()
        if row:
            assert office.post(reverse(f"admin:{page}_change", args=[row.pk]), {}).status_code == 403, page
            assert office.post(reverse(f"admin:{page}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403, page


def test_it_makes_accounts_that_can_sign_in(office: Client) -> None:
    form = {
        "email": "New@Example.com",
        "name": "New",
        "role": "trainer",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    response = office.post(reverse("admin:accounts_user_add"), form)
    assert response.status_code == 302, response.context and response.context["adminform"].form.errors
    assert account_by_email("new@example.com").role == "trainer"
    signed_in(account_by_email("new@example.com"))
    again = office.post(reverse("admin:accounts_user_add"), {**form, "email": "NEW@example.com"})
    assert again.status_code == 200
    assert b"errorlist" in again.content or b"already exists" in again.content


def test_it_closes_accounts_and_does_not_delete_them(office: Client, ada: User) -> None:
    address = reverse("admin:accounts_user_change", args=[ada.pk])
    form = {"email": ada.email, "name": "Ada", "time_zone": "UTC", "role": "learner"}
    assert office.post(address, form).status_code == 302
    assert account_by_email(ada.email) is None
    assert office.post(reverse("admin:accounts_user_delete", args=[ada.pk]), {"post": "yes"}).status_code == 403


def test_it_assigns_trainers_and_enrols(office: Client, course: Course, tess: User) -> None:
    sam, mia = make_person("Sam"), make_person("Mia", "trainer")
    form = {"learner": sam.pk, "course": course.pk, "trainer": tess.pk, "withdrawn_at_0": "", "withdrawn_at_1": ""}
    assert office.post(reverse("admin:courses_enrolment_add"), form).status_code == 302
    with acting_as(tess):
        assert Enrolment.objects.filter(learner=sam).exists()
    address = reverse("admin:courses_course_change", args=[course.pk])
    with acting_as(SYSTEM):
        (tie,) = CourseTrainer.objects.all()
    form = {
        "title": "New title", "slug": course.slug, "description": "", "language": "english", "escalation_threshold": "0.4",
        "wanted_error": "0.05",
        "closed_at_0": "", "closed_at_1": "",
        "course_trainers-TOTAL_FORMS": "2", "course_trainers-INITIAL_FORMS": "1",
        "course_trainers-0-id": tie.pk, "course_trainers-0-course": course.pk, "course_trainers-0-trainer": tess.pk,
        "course_trainers-1-id": "", "course_trainers-1-course": course.pk, "course_trainers-1-trainer": mia.pk,
    }  # fmt: skip
    assert office.post(address, form).status_code == 302
    with acting_as(mia):
        assert Course.objects.get().title == "New title"


def test_it_searches_and_filters(office: Client, filled: Course) -> None:
    assert b"Why?" in office.get(reverse("admin:coach_query_changelist"), {"q": "why"}).content
    assert b"Why?" not in office.get(reverse("admin:coach_query_changelist"), {"status__exact": "failed"}).content
    found = office.get(
        reverse("admin:autocomplete"), {"app_label": "courses", "model_name": "enrolment", "field_name": "learner", "term": "ada"}
    )
    assert found.json()["results"][0]["text"] == "Ada"


def test_it_uses_the_sites_own_pages_for_the_password_and_the_way_out(office: Client) -> None:
    assert office.get("/admin/password_change/").url == "/account/password/"
    assert office.post("/admin/logout/").status_code in (200, 302)
    assert office.get("/admin/").status_code == 302


def test_it_says_what_is_wrong_with_a_form(office: Client, course: Course) -> None:
    form = {"title": "x", "slug": course.slug, "course_trainers-TOTAL_FORMS": "0", "course_trainers-INITIAL_FORMS": "0"}
    response = office.post(reverse("admin:courses_course_add"), form)
    assert response.status_code == 200
    assert b"already exists" in response.content
    with acting_as(SYSTEM):
        assert Course.objects.count() == 1
