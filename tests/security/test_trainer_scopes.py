"""Whom a trainer trains is kept ready: always what enrolments and course trainers say, and nobody's to change."""

import json
import random
import threading
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseTrainer, Enrolment, TrainerScope
from tests.conftest import make_course, make_person, owner_connection
from tests.security.scene import acting, app_connection

pytestmark = pytest.mark.django_db(transaction=True)

PLAINLY = """
SELECT e.learner_id, e.course_id FROM enrolments e WHERE e.trainer_id = %(me)s OR (e.trainer_id IS NULL
   AND e.course_id IN (SELECT t.course_id FROM course_trainers t WHERE t.trainer_id = %(me)s))
"""
Pair = tuple[UUID, UUID]


def pairs(trainer: User) -> list[Pair]:
    with acting_as(trainer), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM trained_pairs() ORDER BY 1, 2")
        found = cursor.fetchall()
        cursor.execute("SELECT trained_learners()")
        assert sorted(cursor.fetchone()[0]) == sorted({learner for learner, _course in found})
        cursor.execute("SELECT trained_courses()")
        by_learner = json.loads(cursor.fetchone()[0])
        assert found == sorted((UUID(learner), UUID(course)) for learner in by_learner for course in by_learner[learner])
    return found


def plainly(trainer: User) -> list[Pair]:
    with owner_connection() as owner:
        return sorted(owner.execute(PLAINLY, {"me": trainer.pk}).fetchall())


def change(rng: random.Random, people: list[User], trainers: list[User], courses: list[Course]) -> None:
    """One thing that an admin might do to who learns and trains where."""
    course, person, trainer = rng.choice(courses), rng.choice(people), rng.choice([*trainers, None])
    trains = CourseTrainer.objects.filter(course=course, trainer=trainer)
    match rng.choice(["enrol", "enrol", "assign", "assign many", "move", "leave", "train", "stop"]):
        case "enrol":
            Enrolment.objects.update_or_create(learner=person, course=course, defaults={"trainer": trainer})
        case "assign":
            Enrolment.objects.filter(learner=person).update(trainer=trainer)
        case "assign many":
            Enrolment.objects.filter(course=course).update(trainer=trainer)
        case "move":
            alone = Enrolment.objects.filter(learner=person)
            if alone.count() == 1:
                alone.update(course=course)
        case "leave":
            Enrolment.objects.filter(learner=person, course=course).delete()
        case "train" if trainer and not trains.exists():
            CourseTrainer.objects.create(course=course, trainer=trainer)
        case "stop":
            trains.delete()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_what_the_enrolments_say_after_each_change(seed: int) -> None:
    rng = random.Random(seed)
    people = [make_person(f"Learner{n}") for n in range(4)]
    trainers = [make_person(f"Trainer{n}", "trainer") for n in range(3)]
    courses = [make_course(f"course-{n}") for n in range(3)]
    seen = 0
    for _step in range(40):
        with acting_as(SYSTEM):
            change(rng, people, trainers, courses)
        for trainer in trainers:
            assert pairs(trainer) == plainly(trainer)
            seen += len(plainly(trainer))
    assert seen


def test_it_leaves_nothing_behind(ada: User, tess: User, course: Course) -> None:
    assert pairs(tess)
    with acting_as(SYSTEM):
        course.delete()
    with owner_connection() as owner:
        assert owner.execute("SELECT count(*) FROM trainer_scopes").fetchone() == (0,)


@pytest.mark.parametrize("end", ["another trainer", "no enrolment"])
def test_it_takes_sight_away_by_the_next_request(end: str, ada: User, tess: User, course: Course) -> None:
    theo = make_person("Theo", "trainer")
    with acting_as(tess):
        assert User.objects.filter(pk=ada.pk).exists()
    with acting_as(SYSTEM):
        enrolment = Enrolment.objects.filter(learner=ada)
        _ = enrolment.update(trainer=theo) if end == "another trainer" else enrolment.delete()
    with acting_as(tess):
        assert not User.objects.filter(pk=ada.pk).exists()
    with acting_as(theo):
        assert User.objects.filter(pk=ada.pk).exists() == (end == "another trainer")


def test_it_misses_nobody_when_learner_and_trainer_come_at_once(tess: User) -> None:
    theo, course, learner = make_person("Theo", "trainer"), make_course(), make_person("Cleo")
    with owner_connection() as first:
        first.autocommit = False
        first.execute("INSERT INTO enrolments (learner_id, course_id) VALUES (%s, %s)", [learner.pk, course.pk])
        comes = threading.Thread(target=_comes_to_train, args=(course, theo))
        comes.start()
        comes.join(0.3)
        assert comes.is_alive()  # waits for the learner's enrolment
        first.commit()
        comes.join(10)
    assert pairs(theo) == [(learner.pk, course.pk)]


def _comes_to_train(course: Course, trainer: User) -> None:
    with owner_connection() as second:
        second.execute("INSERT INTO course_trainers (course_id, trainer_id) VALUES (%s, %s)", [course.pk, trainer.pk])


@pytest.mark.parametrize("role", ["learner", "trainer", "admin"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO trainer_scopes VALUES (%(me)s, ARRAY[%(ben)s]::uuid[], ARRAY[%(ben)s]::uuid[], ARRAY[%(course)s]::uuid[])",
        "SELECT work_out_scopes(ARRAY[%(me)s]::uuid[])",
    ],
)
def test_it_lets_nobody_widen_their_sight(statement: str, role: str, ada: User, ben: User, course: Course) -> None:
    values: dict[str, Any] = {"me": ada.pk, "ben": ben.pk, "course": course.pk}
    with app_connection() as app, acting(app, str(ada.pk), role), pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement.encode(), values)


def test_it_keeps_a_learner_to_herself_whatever_she_sets(ada: User, ben: User, tess: User) -> None:
    with acting_as(ada), connection.cursor() as cursor:
        for name in ("app.learners", "app.courses", "app.trained_learners"):
            cursor.execute(f"SET LOCAL {name} = '{{{ben.pk}}}'")
        assert not User.objects.filter(pk=ben.pk).exists()
        assert not TrainerScope.objects.exists()
        with pytest.raises(ProgrammingError, match="row-level security"):
            TrainerScope.objects.create(trainer_id=ada.pk, learners=[ben.pk], pair_learners=[], pair_courses=[])
