"""What the demo's learner pursues: three concepts that build on each other, and a plan that has already had to adapt.

Made through the same deeds as anybody's. Refuses to mix with real ones: somebody who has a concept gets none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course, LearningConcept
from planning.concepts import adding, hearing, timing
from planning.concepts.adding import Wanted
from planning.concepts.seeing import own_concepts
from planning.learning_plans import adapting, making
from planning.learning_plans.making import Wish


@dataclass(frozen=True)
class DemoConcept:
    """A concept with what was said of its first objectives, and the minutes that went into it."""

    name: str
    description: str
    places: tuple[str, ...]
    objectives: tuple[str, ...]
    said: tuple[str, ...]
    difficulty: str
    minutes: int


CONCEPTS = (
    DemoConcept(
        "Images that stay small",
        "Our builds take eight minutes and the image has a gigabyte. I want both down before the release.",
        ("03-writing-a-dockerfile", "lab-1-first-image", "04-layers-and-cache", "lab-2-small-and-fast"),
        ("Say why the order of the lines in a Dockerfile matters", "Explain what a stage leaves behind"),
        ("Each line becomes a layer, and a change throws away the cache of all below it, so what changes often goes last.",),
        "beginner",
        96,
    ),
    DemoConcept(
        "Data that outlives a container",
        "The test database has vanished twice. I want to know where it lives, and who may write there.",
        ("05-volumes-and-bind-mounts", "06-users-and-permissions", "lab-3-keep-the-database"),
        ("Choose between a volume and a bind mount, with a reason", "Say why a mounted folder can be read-only for my process"),
        (),
        "intermediate",
        41,
    ),
    DemoConcept(
        "Services that find each other",
        "Three services, one network, no addresses written down anywhere.",
        ("07-networks-and-ports", "08-compose", "lab-4-three-services"),
        ("Explain when a port has to be published and when not",),
        (),
        "intermediate",
        0,
    ),
)
WEEKLY = (40, 40, 40, 40, 40, 60, 40)  # minutes, Monday first


def pursue_in_the_past(learner: User, course: Course, *, now: datetime) -> int:
    """Make the concepts and a plan that was begun three days ago; how many concepts. None for somebody who has any."""
    with acting_as(learner):
        if own_concepts(learner).exists():
            return 0
        made = _concepts(learner, course, now)
    _say(learner, made, now - timedelta(days=2))
    with acting_as(learner):
        _plan(learner, made, now)
    return len(made)


def _concepts(learner: User, course: Course, now: datetime) -> list[LearningConcept]:
    made: list[LearningConcept] = []
    for demo in CONCEPTS:
        wanted = Wanted(
            name=demo.name,
            description=demo.description,
            difficulty=demo.difficulty,
            objectives=demo.objectives,
            course=course,
            places=demo.places,
            prerequisites=[made[-1].pk] if made else [],
        )
        concept = adding.add(learner=learner, wanted=wanted)
        _studied(learner, concept, demo, now)
        made.append(concept)
    return made


def _studied(learner: User, concept: LearningConcept, demo: DemoConcept, now: datetime) -> None:
    for minute in range(demo.minutes):
        timing.beat(learner, timing.Open(concept_id=concept.pk), now - timedelta(days=2, hours=len(demo.places), minutes=minute))


def _say(learner: User, concepts: Sequence[LearningConcept], at: datetime) -> None:
    for concept, demo in zip(concepts, CONCEPTS, strict=True):
        for number, words in enumerate(demo.said, start=1):
            hearing.hear(learner=learner, concept_id=concept.pk, objective=number, words=words, now=at)


def _plan(learner: User, concepts: Sequence[LearningConcept], now: datetime) -> None:
    wish = Wish(
        name="Ready for the release",
        concept_ids=[concept.pk for concept in concepts],
        weekly=WEEKLY,
        zone=learner.time_zone,
    )
    plan = making.make(learner=learner, wish=wish, now=now - timedelta(days=3))
    adapting.keep_up(plan, now)
