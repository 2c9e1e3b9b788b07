"""What the demo's learners have asked in the days before `now`: through the same deeds as any question, then dated back.

The answers are composed from the course's own sentences and cost nothing, whatever model this machine has. It refuses to mix
with real questions: a learner who has asked anything else gets no history.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import F

from accounts.door import SYSTEM, acting_as, actor_for
from accounts.models import User
from ai.models import Conversation
from ai.providers.configured import without_models
from coach.answering import answer_now
from coach.asking import ask
from coach.demo.people import ADA, BEN, LEARNERS, DemoPerson, People
from coach.escalating import ask_trainer
from coach.models import ConversationHistory, Escalation, Feedback, Query, Response
from coach.rating import rate
from courses.models import Course
from learning.models import ConversationMemory

HELPFUL, NOT_HELPFUL = Feedback.Rating.HELPFUL, Feedback.Rating.NOT_HELPFUL
ANSWER_TIME = timedelta(seconds=1)
RATING_TIME = timedelta(minutes=2)


@dataclass(frozen=True)
class Asked:
    """A question of the past, so many hours ago, and what the learner thought of its answer."""

    person: DemoPerson
    hours_ago: float
    place_id: str
    question: str
    rating: str = ""
    remark: str = ""
    note_to_trainer: str = ""

    @property
    def key(self) -> UUID:
        """The same at each loading, so that a question is asked once."""
        return uuid5(NAMESPACE_URL, f"demo:{self.person.email}:{self.question}")


QUESTIONS = (
    Asked(ADA, 98, "01-what-a-container-is", "what is the difference between an image and a container?", HELPFUL),
    Asked(ADA, 97, "03-writing-a-dockerfile", "docker stop takes ten seconds every time, why?", HELPFUL),
    Asked(ADA, 74, "lab-2-small-and-fast", "it installs all packages again after every change of one line", HELPFUL),
    Asked(ADA, 50, "06-users-and-permissions", "files created by the container belong to root and I cannot delete them"),
    Asked(
        ADA, 26, "07-networks-and-ports", "is the latest tag always the newest image?", NOT_HELPFUL,
        "I wanted to know which tag to use on a server.",
    ),
    Asked(ADA, 5, "lab-3-keep-the-database", "why is my database empty after I recreate the container?", HELPFUL),
    Asked(ADA, 4.9, "lab-3-keep-the-database", "can I still get the data out of the old one?"),
    Asked(
        ADA, 4.5, "lab-3-keep-the-database", "how do I set up streaming replication to a second server?",
        note_to_trainer="We need it at work, and I do not know whether containers change anything.",
    ),
    Asked(BEN, 28, "01-what-a-container-is", "permission denied on the docker socket, do I need sudo every time?", HELPFUL),
    Asked(BEN, 3, "lab-1-first-image", "curl: (52) Empty reply from server, but the container runs", HELPFUL),
)  # fmt: skip


def ask_in_the_past(course: Course, people: People, *, now: datetime) -> int:
    """Ask, answer, rate and hand over what is missing of the past. Returns the number of new questions."""
    with without_models():
        return sum(_ask_all(course, person, people.account(person), now) for person in LEARNERS)


def _ask_all(course: Course, person: DemoPerson, learner: User, now: datetime) -> int:
    mine = [asked for asked in QUESTIONS if asked.person == person]
    with acting_as(learner):
        known = set(Query.objects.filter(learner=learner, course=course).values_list("client_key", flat=True))
    if known - {asked.key for asked in mine}:
        return 0
    missing = [asked for asked in mine if asked.key not in known]
    for asked in missing:
        _ask_one(course, learner, asked, now - timedelta(hours=asked.hours_ago))
    return len(missing)


def _ask_one(course: Course, learner: User, asked: Asked, when: datetime) -> None:
    with acting_as(learner):
        query = ask(learner=learner, course=course, question=asked.question, key=asked.key, now=when, place_id=asked.place_id)
    asyncio.run(answer_now(query.pk, actor_for(learner)))
    with acting_as(learner):
        _react(query.pk, learner, asked)
    with acting_as(SYSTEM):
        date_back(query.pk, when)


def _react(query_id: UUID, learner: User, asked: Asked) -> None:
    query = Query.objects.select_related("response").get(pk=query_id)
    if asked.rating:
        rate(response=query.response, learner=learner, rating=asked.rating, feedback_text=asked.remark)
    if asked.note_to_trainer:
        ask_trainer(query=query, note=asked.note_to_trainer)


def date_back(query_id: UUID, when: datetime) -> None:
    """Move everything that belongs to the question to its time."""
    answered, rated = when + ANSWER_TIME, when + RATING_TIME
    Query.objects.filter(pk=query_id).update(created_at=when, claimed_at=when, updated_at=answered)
    Response.objects.filter(query_id=query_id).update(created_at=when, saved_at=answered, finished_at=answered)
    ConversationHistory.objects.filter(query_id=query_id).update(created_at=when)
    ConversationMemory.objects.filter(source_id=query_id).update(created_at=when)
    Feedback.objects.filter(response__query_id=query_id).update(created_at=rated, updated_at=rated)
    Escalation.objects.filter(query_id=query_id).update(created_at=rated, updated_at=rated)
    first_words = Conversation.objects.filter(queries__id=query_id, created_at__gt=F("updated_at"))
    first_words.update(created_at=when)
