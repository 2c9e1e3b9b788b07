"""The door lets each person see their own, and nothing at all outside of it."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from accounts.door import NOBODY, SYSTEM, Actor, acting_as, current_actor, in_door, signing_in_as
from accounts.models import User
from accounts.signing_in import account_by_email
from courses.models import Course, Enrolment


def emails() -> list[str]:
    return sorted(User.objects.values_list("email", flat=True))


@pytest.mark.django_db(transaction=True)
def test_it_shows_nothing_outside_the_door(ada: User, ben: User) -> None:
    assert not User.objects.exists()
    assert not Course.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_shows_a_learner_only_herself(ada: User, ben: User) -> None:
    with acting_as(ada):
        assert emails() == ["ada@example.com"]
        assert list(Course.objects.values_list("slug", flat=True)) == ["containers"]
    assert emails() == []


@pytest.mark.django_db(transaction=True)
def test_it_shows_a_trainer_the_assigned_learners(ada: User, ben: User, tess: User) -> None:
    with acting_as(tess):
        assert emails() == ["ada@example.com", "ben@example.com", "tess@example.com"]
        assert Enrolment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_gives_the_outer_actor_back(ada: User, ben: User) -> None:
    with acting_as(ada):
        with acting_as(SYSTEM):
            assert len(emails()) == 3
        assert emails() == ["ada@example.com"]
    assert current_actor() == NOBODY


@pytest.mark.django_db(transaction=True)
def test_it_gives_the_outer_actor_back_after_an_error(ada: User, ben: User) -> None:
    with acting_as(ada):
        with pytest.raises(ZeroDivisionError), acting_as(SYSTEM):
            _ = 1 / 0
        assert emails() == ["ada@example.com"]


@pytest.mark.django_db(transaction=True)
def test_it_opens_the_narrow_door_for_one_account(ada: User, ben: User, course: Course) -> None:
    found = account_by_email("ADA@example.com ")
    assert found == ada
    with signing_in_as(user_id=ada.pk):
        assert emails() == ["ada@example.com"]
        assert not Course.objects.exists()
        assert not Enrolment.objects.exists()


@pytest.mark.django_db(transaction=True)
async def test_it_makes_short_trips_from_async_code(ada: User, ben: User) -> None:
    assert await in_door(ada, emails) == ["ada@example.com"]
    assert await in_door(NOBODY, emails) == []


@pytest.mark.django_db
def test_it_holds_inside_a_test_transaction_too(ada: User, ben: User) -> None:
    with acting_as(ada):
        assert emails() == ["ada@example.com"]
    assert emails() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user_id', true)")
        assert cursor.fetchone()[0] in ("", None)


@pytest.mark.django_db(transaction=True)
def test_it_opens_with_one_message_and_takes_any_session_key(ada: User, tmp_path: Path) -> None:
    key = "a'; DROP \\ %s"
    connection.ensure_connection()
    with (tmp_path / "wire").open("w") as wire:
        connection.connection.pgconn.trace(wire.fileno())
        with acting_as(Actor(ada.pk, "auth", key)), connection.cursor() as cursor:
            cursor.execute("SELECT app_session_key()")
            assert cursor.fetchone() == (key,)
        connection.connection.pgconn.untrace()
    sent = [line for line in (tmp_path / "wire").read_text().splitlines() if "\tF\t" in line]
    assert [line.split('"')[1].partition(" ")[0] for line in sent] == ["BEGIN;", "SELECT", "COMMIT"]


@pytest.mark.django_db(transaction=True)
def test_it_says_what_the_database_refused_when_it_opens(ada: User) -> None:
    with pytest.raises(DatabaseError), acting_as(Actor(ada.pk, "auth", "\x00")):
        pass
    with acting_as(ada):
        assert emails() == ["ada@example.com"]
