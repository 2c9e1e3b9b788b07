"""What the desk's entries need from beyond their own rows: names of learners and colleagues, and how many ask the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from coach.likeness import SAME_MEANING

AROUND = """
SELECT person_id, name, 'person', 0 FROM escalation_people(%s::uuid[])
UNION ALL SELECT trainer_id, name, 'trainer', 0 FROM trainer_names(%s::uuid)
UNION ALL SELECT id, '', 'twins', twins FROM escalation_twins(%s::uuid[], %s)
"""


@dataclass(frozen=True, slots=True)
class People:
    names: dict[UUID, str] = field(default_factory=dict)
    trainers: tuple[tuple[UUID, str], ...] = ()
    twins: dict[UUID, int] = field(default_factory=dict)  # by escalation: how many wait with the same question, itself included

    def name(self, person_id: UUID | None) -> str:
        return self.names.get(person_id, "") if person_id else ""


def people(escalation_ids: Sequence[UUID], course_id: UUID | None) -> People:
    """Names of everybody on these escalations, the trainers of one course, and the twins. One query."""
    ids = [str(one) for one in escalation_ids]
    with connection.cursor() as cursor:
        cursor.execute(AROUND, [ids, course_id, ids, SAME_MEANING])
        rows = cursor.fetchall()
    trainers = tuple(dict.fromkeys((key, name) for key, name, kind, _twins in rows if kind == "trainer"))
    names = {key: name for key, name, kind, _twins in rows if kind != "twins"}
    return People(names, trainers, {key: twins for key, _name, kind, twins in rows if kind == "twins"})
