"""The syllabus as plans see it: its leaves in order, each with the part it belongs to and the chapter that teaches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from planning.models import Subject, SyllabusPoint
from planning.study.planner import Topic


@dataclass(frozen=True, slots=True)
class SyllabusTopic:
    """A point that can be studied. `place_id` and `place_title` are empty when no chapter teaches it."""

    id: UUID
    code: str
    title: str
    part: str
    part_title: str
    place_id: str
    place_title: str

    @property
    def plain(self) -> Topic:
        return Topic(self.code, self.part)


def topics_of(subject: Subject) -> list[SyllabusTopic]:
    """The leaves of the subject's syllabus, in its order; one query."""
    points = list(SyllabusPoint.objects.filter(subject=subject).select_related("chapter").order_by("position", "code"))
    parents = {point.parent_id for point in points}
    by_id = {point.pk: point for point in points}
    return [_topic(point, by_id.get(point.parent_id) if point.parent_id else None) for point in points if point.pk not in parents]


def plain(topics: Sequence[SyllabusTopic]) -> list[Topic]:
    return [topic.plain for topic in topics]


def _topic(point: SyllabusPoint, parent: SyllabusPoint | None) -> SyllabusTopic:
    chapter = point.chapter
    part = parent.code if parent else point.code.rpartition(".")[0] or point.code
    return SyllabusTopic(
        id=point.pk,
        code=point.code,
        title=point.title,
        part=part,
        part_title=parent.title if parent else "",
        place_id=chapter.chapter_id if chapter else "",
        place_title=chapter.title if chapter else "",
    )
