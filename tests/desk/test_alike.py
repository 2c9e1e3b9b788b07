"""Questions that mean the same: linked by a worker, by words until it has come, counted, shown, and answered together."""

import pytest
from django.db import connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.embedding import EmbeddingUnavailable
from coach import escalating
from coach.desk.case import case_of
from coach.desk.inbox import Filters, page
from coach.desk.people import people
from coach.linking import TRIES, link_new
from coach.models import Escalation, EscalationLink, EscalationMeaning
from courses.models import Course
from tests.desk.conftest import HTMX, UNKNOWN, now_, pass_on
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

BACKUP = "How can I make a backup of my database?"
BACKUP_TOO = "What is the way to back up the database that I run?"
OTHER = "Is there a certificate at the end of the course?"


class Away:
    """A model that cannot be reached."""

    name, dimensions, max_tokens = "away", 384, 256

    def embed(self, texts):
        raise EmbeddingUnavailable


@pytest.fixture
def three(taught: Course, ada: User, ben: User) -> tuple[Escalation, Escalation, Escalation]:
    return pass_on(ada, taught, BACKUP), pass_on(ben, taught, BACKUP_TOO), pass_on(ben, taught, OTHER)


def alike(escalation: Escalation, person: User) -> dict[str, tuple[float, bool]]:
    with acting_as(person):
        case = case_of(now_(escalation))
    return {one.escalation.original_question: (one.likeness, one.by_meaning) for one in (*case.shared, *case.answered)}


def test_it_links_what_means_the_same(three, tess: User) -> None:
    first, second, _other = three
    assert alike(first, tess) == {}
    assert link_new() == 3
    found = alike(first, tess)
    assert set(found) == {BACKUP_TOO}
    likeness, by_meaning = found[BACKUP_TOO]
    assert 0.75 <= likeness <= 1
    assert by_meaning
    assert set(alike(second, tess)) == {BACKUP}
    assert link_new() == 0


def test_it_goes_by_words_while_the_model_is_away(taught: Course, ada: User, ben: User, tess: User) -> None:
    first, second = pass_on(ada, taught, UNKNOWN), pass_on(ben, taught, f"{UNKNOWN} Quickly!")
    for _time in range(TRIES + 1):
        assert link_new(embedder=Away()) == 0
    assert now_(first).embedding_tries == TRIES
    likeness, by_meaning = alike(first, tess)[second.original_question]
    assert likeness > 0.6
    assert not by_meaning


def test_it_compares_vectors_of_one_model_and_course_only(three, taught: Course, rex: User) -> None:
    with acting_as(SYSTEM):
        Escalation.objects.update(embedding_model="another")
        for row in Escalation.objects.all():
            EscalationMeaning.objects.create(escalation=row, course=taught, embedding=[1.0, 0.0], embedding_model="another")
        Escalation.objects.filter(pk=three[0].pk).update(embedding_model="")
        EscalationMeaning.objects.filter(pk=three[0].pk).delete()
    assert link_new() == 1
    with acting_as(SYSTEM):
        assert not EscalationLink.objects.exists()


def test_it_takes_vectors_and_links_away_with_the_learner(three, ada: User) -> None:
    link_new()
    with acting_as(SYSTEM):
        assert EscalationLink.objects.count() == 2
        User.objects.filter(pk=ada.pk).delete()
        assert not EscalationLink.objects.exists()
        assert EscalationMeaning.objects.count() == 2


def test_it_counts_and_shows_those_who_ask_the_same(three, tess: User, theo: User) -> None:
    link_new()
    first, second, other = three
    with acting_as(tess):
        assert people([row.pk for row in three], None).twins == {first.pk: 2, second.pk: 2}
        rows, _more = page(Filters(like=first.pk), tess, first.created_at)
    assert [row.pk for row in rows] == [first.pk, second.pk]
    client = signed_in(tess)
    shown = client.get(f"/desk/?like={first.pk}").content.decode()
    assert "asked by 2" in shown
    assert f'data-id="{other.pk}"' not in shown
    with acting_as(theo):  # the same course, but these learners have another trainer
        assert people([first.pk], None).twins == {}


def test_it_answers_and_settles_all_who_ask_the_same(three, tess: User) -> None:
    link_new()
    first, second, _other = three
    client = signed_in(tess)
    assert str(second.pk) in client.get(f"/desk/{first.pk}/", headers=HTMX).content.decode()
    client.post(f"/desk/{first.pk}/reply", {"reply": "With pg_dump.", "same": [str(second.pk)]})
    assert [now_(row).status for row in three] == ["responded", "responded", "pending"]
    client.post("/desk/settle", {"ids": [str(first.pk), str(second.pk)]})
    assert [now_(row).status for row in three] == ["resolved", "resolved", "pending"]


def test_it_compares_only_within_courses_one_trains(three, ada: User, theo: User) -> None:
    link_new()
    with acting_as(ada), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM escalations_near(%s, 10)", [three[0].pk])
        assert cursor.fetchall() == []
    assert alike(three[0], theo) == {}


def test_it_is_new_until_read_and_again_when_its_learner_adds_to_it(three, ada: User, tess: User, theo: User) -> None:
    first, client = three[0], signed_in(tess)
    assert client.get("/desk/list", headers=HTMX).content.decode().count('class="ticket new"') == 3
    assert client.post(f"/desk/{first.pk}/seen").status_code == 204
    assert client.post(f"/desk/{first.pk}/seen").status_code == 204
    assert now_(first).seen_by == [tess.pk]
    assert client.get("/desk/list", headers=HTMX).content.decode().count('class="ticket new"') == 2
    assert signed_in(ada).post(f"/desk/{first.pk}/seen").status_code == 404
    assert signed_in(theo).post(f"/desk/{first.pk}/seen").status_code == 404
    assert client.get(f"/desk/{first.pk}/seen").status_code == 405
    with acting_as(ada):
        escalating.ask_trainer(query=now_(first).query, note="Please.")
    assert now_(first).seen_by == []


def test_it_sends_a_reply_once_however_often_the_form_comes(three, tess: User) -> None:
    client = signed_in(tess)
    for _time in range(2):
        sent = client.post(f"/desk/{three[0].pk}/reply", {"reply": " With pg_dump.\r\n"})
        assert sent.status_code == 302
    assert (now_(three[0]).reply, now_(three[0]).earlier_replies) == ("With pg_dump.", [])
    assert client.post(f"/desk/{three[0].pk}/reply", {"reply": "Another."}).status_code == 422


@pytest.mark.parametrize(
    ("one", "other", "offered", "ticked"),
    [
        ("Which commands need the root account?", "Which commands do not need the root account?", False, False),
        ("Does the client call the server?", "Does the server call the client?", False, False),
        ("May I hand in the report after the deadline?", "May I hand in the report before the deadline?", False, False),
        ("Which commands need the root account?", "which commands need root accounts", True, True),
        (BACKUP, BACKUP_TOO, True, False),
    ],
)
def test_it_offers_a_reply_to_those_alone_who_ask_the_same(
    taught: Course, ada: User, ben: User, tess: User, one: str, other: str, offered: bool, ticked: bool
) -> None:
    first, _second = pass_on(ada, taught, one), pass_on(ben, taught, other)
    link_new()
    with acting_as(tess):
        shared = case_of(now_(first)).shared
    assert [each.is_same for each in shared] == ([ticked] if offered else [])
