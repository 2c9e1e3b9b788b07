"""Who trains a course, as a learner may know it: by name. Their accounts stay closed to learners."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Trainer:
    """`is_assigned`: this learner's own trainer in the course."""

    id: UUID
    name: str
    is_assigned: bool

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


def trainers_of(course_id: UUID) -> list[Trainer]:
    """The trainers of a course that the acting person may see, their own first. Behind the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT trainer_id, name, assigned FROM trainer_names(%s)", [course_id])
        return [Trainer(*row) for row in cursor.fetchall()]


def trainer_of(course_id: UUID) -> Trainer | None:
    """Who answers this person: their own trainer, or the only one there is."""
    trainers = trainers_of(course_id)
    first = next(iter(trainers), None)
    return first if first and (first.is_assigned or len(trainers) == 1) else None
