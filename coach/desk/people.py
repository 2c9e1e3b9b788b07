"""The names on the desk: learners, colleagues, and to whom a question may be handed on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

NAMES = """
SELECT person_id, name, false FROM escalation_people(%s::uuid[])
UNION ALL SELECT trainer_id, name, true FROM trainer_names(%s::uuid)
"""


@dataclass(frozen=True, slots=True)
class People:
    names: dict[UUID, str] = field(default_factory=dict)
    trainers: tuple[tuple[UUID, str], ...] = ()

    def name(self, person_id: UUID | None) -> str:
        return self.names.get(person_id, "") if person_id else ""


def people(escalation_ids: Sequence[UUID], course_id: UUID | None) -> People:
    """Names of everybody on these escalations, and the trainers of one course. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [[str(one) for one in escalation_ids], course_id])
        rows = cursor.fetchall()
    trainers = tuple(dict.fromkeys((key, name) for key, name, is_trainer in rows if is_trainer))
    return People({key: name for key, name, _is_trainer in rows}, trainers)
