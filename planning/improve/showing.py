"""An improvement plan as its page shows it: weaknesses, actions with their links, and whether a later attempt moved anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from planning.improve.finding import OBJECTIVES, MarkedAnswer, Share, Weakness, shares
from planning.improve.making import marked_answers
from planning.linking import chapter_url, explain_url, practice_url, session_url
from planning.models import Attempt, ImprovementPlan, Objective, StudyPlan
from planning.study.syllabus import SyllabusTopic, topics_of

LATER = 10  # attempts that are compared with; the newest that asks about the same points counts


@dataclass(frozen=True, slots=True)
class ShownLink:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownAction:
    id: str
    action: str
    target: str
    due: date
    is_done: bool
    is_late: bool
    notes: str
    done_on: date | None
    links: tuple[ShownLink, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """The share of an objective's marks on the weak points, then and in the newest later attempt; in per cent."""

    before: int
    after: int
    attempt_id: Any

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ShownWeakness:
    """`points` are links to the explanations of what was weak."""

    category: str
    severity: str
    examples: Sequence[str]
    points: tuple[ShownLink, ...]


@dataclass(frozen=True, slots=True)
class ShownObjective:
    name: str
    words: str
    weaknesses: tuple[ShownWeakness, ...]
    movement: Movement | None


class ImprovementPage:
    """Reads behind the learner's door, each thing once."""

    def __init__(self, plan: ImprovementPlan, today: date) -> None:
        self.plan = plan
        self.today = today

    @property
    def objectives(self) -> list[ShownObjective]:
        """Those with something to work on."""
        weak = self.plan.weaknesses
        names = [name for name in OBJECTIVES if weak[name]]
        return [
            ShownObjective(name, str(Objective(name).label), tuple(map(self._weakness, weak[name])), self.movement_of(name))
            for name in names
        ]

    @property
    def actions(self) -> list[ShownAction]:
        return [self._action(item) for item in self.plan.action_items]

    @property
    def done_count(self) -> int:
        return sum(item["completed"] for item in self.plan.action_items)

    @property
    def study_plan(self) -> UUID | None:
        """The plan that leads to the subject's exam."""
        mine = StudyPlan.objects.active().filter(student_id=self.plan.student_id, subject_id=self.plan.subject_id)
        return mine.values_list("pk", flat=True).first()

    def movement_of(self, name: str) -> Movement | None:
        """None while no later attempt asked for the objective on the same points."""
        codes = {code for weakness in self.plan.weaknesses[name] for code in weakness["syllabus_points"]}
        before = self._share(self._answers[self.plan.attempt_id], name, codes)
        for attempt_id in self._later:
            after = self._share(self._answers[attempt_id], name, codes)
            if before and after:
                return Movement(_percent(before), _percent(after), attempt_id)
        return None

    @cached_property
    def _later(self) -> list[Any]:
        """Marked attempts of the subject after this one, newest first."""
        rows = Attempt.objects.filter(
            student_id=self.plan.student_id, subject_id=self.plan.subject_id, status=Attempt.Status.MARKED,
            pk__gt=self.plan.attempt_id,
        )  # fmt: skip
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:LATER])

    @cached_property
    def _answers(self) -> dict[Any, list[MarkedAnswer]]:
        return marked_answers([self.plan.attempt_id, *self._later])

    def _share(self, answers: Sequence[MarkedAnswer], name: str, codes: set[str]) -> Share | None:
        return shares([answer for answer in answers if codes & set(answer.syllabus)]).get(name)

    @cached_property
    def _topics(self) -> dict[str, SyllabusTopic]:
        return {topic.code: topic for topic in topics_of(self.plan.subject)}

    def _weakness(self, weakness: Weakness) -> ShownWeakness:
        points = tuple(map(self._point, weakness["syllabus_points"]))
        return ShownWeakness(weakness["category"], weakness["severity"], weakness["examples"], points)

    def _point(self, code: str) -> ShownLink:
        topic = self._topics.get(code)
        return ShownLink(f"{code} {topic.title}", explain_url(self.plan.subject, topic.id)) if topic else ShownLink(code, "")

    def _action(self, item: dict[str, Any]) -> ShownAction:
        progress = (self.plan.progress or {}).get(item["id"], {})
        due = date.fromisoformat(item["due_date"])
        codes = item.get("syllabus_points", ())
        links = [ShownLink(link["title"], self._url(link, codes)) for link in item.get("links", ())]
        return ShownAction(
            id=item["id"],
            action=item["action"],
            target=item["target_weakness"],
            due=due,
            is_done=item["completed"],
            is_late=not item["completed"] and due < self.today,
            notes=progress.get("notes", ""),
            done_on=date.fromisoformat(progress["completed"]) if progress.get("completed") else None,
            links=tuple(link for link in links if link.url),
        )

    def _url(self, link: dict[str, str], codes: Sequence[str]) -> str:
        kind, target, subject = link["kind"], link["target"], self.plan.subject
        if kind == "chapter":
            return chapter_url(subject, target)
        if kind == "practice":
            return practice_url(subject, target.split(","))
        only = self._topics.get(codes[0]) if len(codes) == 1 else None
        return session_url(subject, target, only.id if only else None)


def _percent(share: Share) -> int:
    return round(100 * (1 - share.lost))
