"""Questions in Django admin: each save a new version, faults beside the form, and an import with a look first."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.exam_models import Question, QuestionVersion, Subject
from tests.planning.conftest import KINDS, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rex_at_admin(subject: Subject, rex: User) -> Client:
    return signed_in(rex)


def change_page(code: str) -> str:
    with acting_as(SYSTEM):
        return reverse("admin:planning_question_change", args=[Question.objects.get(code=code).pk])


def form_of(client: Client, place: str) -> dict[str, str]:
    """What a browser would send back unchanged."""
    form = client.get(place).context["adminform"].form
    said = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    none = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    return {name: str(value) for name, value in said.items() if value not in (None, False)} | none


@pytest.mark.parametrize("code", ["why", "one", "many", "said", "word", "sum", "pair"])
def test_it_loses_nothing_on_the_way_through_the_form(rex_at_admin: Client, code: str) -> None:
    place = change_page(code)
    said = form_of(rex_at_admin, place)
    assert rex_at_admin.post(place, said).status_code == 302
    with acting_as(SYSTEM):
        assert QuestionVersion.objects.filter(question__code=code).count() == 1
    assert rex_at_admin.post(place, {**said, "text": "Quite another?"}).status_code == 302
    with acting_as(SYSTEM):
        old, new = QuestionVersion.objects.filter(question__code=code).select_related("answer_key").order_by("number")
        assert (new.number, new.text, new.choices) == (2, "Quite another?", old.choices)
        assert (new.answer_key.key, new.created_by.name) == (old.answer_key.key, "Rex")
        assert [p.text for p in new.scheme_points.all()] == [p.text for p in old.scheme_points.all()]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"scheme": "AO1 1: half"}, "1 of 2 marks"),
        ({"scheme": "what?"}, "scheme point"),
        ({"codes": "C.9"}, "no syllabus point C.9"),
        ({"choices": "{nonsense"}, "no JSON"),
        ({"kind": "numeric", "answer": "many"}, "no number"),
    ],
)
def test_it_says_what_is_wrong_beside_the_form(rex_at_admin: Client, said: dict[str, str], word: str) -> None:
    place = change_page("why")
    answer = rex_at_admin.post(place, form_of(rex_at_admin, place) | said)
    assert (answer.status_code, word in answer.content.decode()) == (200, True)
    with acting_as(SYSTEM):
        assert QuestionVersion.objects.count() == KINDS


def test_it_adds_a_question(rex_at_admin: Client, subject: Subject) -> None:
    said = {"subject": subject.pk, "code": "new", "active": "on", "codes": "C.1", "kind": "short", "text": "Which?"}
    said |= {"text_format": "plain", "marks": "1", "answer": "this\nthat"}
    assert rex_at_admin.post(reverse("admin:planning_question_add"), said).status_code == 302
    with acting_as(SYSTEM):
        made = QuestionVersion.objects.select_related("answer_key").get(question__code="new")
    assert (made.text_format, [one["text"] for one in made.answer_key.key["accepted"]]) == ("plain", ["this", "that"])


def test_it_imports_after_a_look(rex_at_admin: Client, subject: Subject) -> None:
    place = reverse("admin:planning_subject_import", args=[subject.pk])

    def sent(text: str, deed: str) -> object:
        file = BytesIO(text.encode())
        file.name = "quiz.gift"
        return rex_at_admin.post(place, {"file": file, "deed": deed})

    assert "line 3: This brace is not closed" in sent("Fine.{T}\n\nWhy?{=a", "import").content.decode()
    assert "1 new, 0 changed" in sent("::Gift::Why?{T}", "look").content.decode()
    with acting_as(SYSTEM):
        assert not Question.objects.filter(code="gift").exists()
    assert sent("::Gift::Why?{T}", "import").status_code == 302
    with acting_as(SYSTEM):
        assert Question.objects.get(code="gift").current.kind == "true_false"


def test_it_is_for_admins_alone(subject: Subject, tess: User) -> None:
    for name in ("subject", "syllabuspoint", "question", "attempt"):
        assert signed_in(tess).get(reverse(f"admin:planning_{name}_changelist")).status_code == 404


def test_it_shows_lists_and_previews(rex_at_admin: Client) -> None:
    for name in ("subject", "syllabuspoint", "question", "attempt"):
        assert rex_at_admin.get(reverse(f"admin:planning_{name}_changelist")).status_code == 200
    assert "It outlives the container" in rex_at_admin.get(change_page("why")).content.decode()
