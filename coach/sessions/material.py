"""What a session stands on: passages of the course that speak of the topic, and exam questions about its syllabus point.

Mark schemes are read with the system's eyes, because learners may not: they decide what counts as understood and are never
shown. What is shown is always a sentence of the course.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.embedding import EmbeddingUnavailable, default_embedder
from ai.providers.scoring import Scored, score, units
from coach.sessions import steps
from coach.sessions.leading import Lesson
from coach.sessions.steps import Sentence, Step
from courses.models import Course
from learning.citing import kept, source
from learning.retrieval import Passage
from learning.searching import search_as
from planning.models import Question, QuestionVersion, SyllabusPoint

PASSAGES = 5
CORE = 3  # sentences that a good explanation of the topic says
ASKED_ABOUT = 14  # sentences, best first, from which questions are built
EASIEST = 4  # marks of an exam question that fits into a session
LEAST_STRENGTH = 0.3  # of the best sentence, below which the course does not speak of the topic


@dataclass(frozen=True, slots=True)
class ExamQuestion:
    text: str
    points: tuple[str, ...]


def lesson_for(person: User, *, course: Course, topic: str, point: SyllabusPoint | None) -> Lesson | None:
    """The questions of a session; None when the course says too little. Opens doors itself; call it outside of them."""
    passages = passages_of(person, course=course, topic=topic, point=point)
    sentences = sentences_of(spoken_of(topic, passages))
    if not sentences:
        return None
    core = sentences[:CORE]
    exam = [_exam_step(question, sentences) for question in _exam_questions(point)]
    middle = steps.middle(topic, sentences[:ASKED_ABOUT])
    chosen = (steps.opening(topic, core), *middle[: steps.MOST_MIDDLE - len(exam)], *exam, steps.check(topic, core))
    return Lesson(steps=chosen, sources=tuple(kept(number, passage) for number, passage in enumerate(passages, start=1)))


def passages_of(person: User, *, course: Course, topic: str, point: SyllabusPoint | None) -> list[Passage]:
    """What the course teaches about it; passages of the chapter that teaches the point come first."""
    words = f"{topic}. {point.description}" if point and point.description else topic
    found = search_as(person, course_id=course.pk, question=words, limit=2 * PASSAGES)
    chapter = point.chapter.chapter_id if point and point.chapter else ""
    taught = [passage for passage in found if passage.content_type == "chapter"]
    return sorted(taught, key=lambda passage: passage.chapter_id != chapter)[:PASSAGES]


def spoken_of(question: str, passages: Sequence[Passage]) -> list[Scored]:
    """What the passages say to it, best first; nothing when they do not speak of it."""
    sources = [source(number, passage) for number, passage in enumerate(passages, start=1)]
    found = [unit for unit in units(sources) if not unit.is_bare and not unit.parts[0].is_aim]
    try:
        scored = score(question, sources, found, default_embedder().embed)
    except EmbeddingUnavailable:
        scored = score(question, sources, found, None)
    return scored if scored and scored[0].strength >= LEAST_STRENGTH else []


def sentences_of(scored: Iterable[Scored]) -> list[Sentence]:
    """The sentences in them that can be understood by themselves."""
    parts = ((part.text, one.unit.source + 1) for one in scored for part in one.unit.parts if not part.is_aim)
    return steps.usable(dict.fromkeys(parts))


def _exam_questions(point: SyllabusPoint | None) -> list[ExamQuestion]:
    if point is None:
        return []
    current = Question.objects.filter(
        points=point, active=True, current__kind=QuestionVersion.Kind.WRITTEN, current__maximum_marks__lte=EASIEST
    )
    with acting_as(SYSTEM):
        row = current.select_related("current").order_by("current__maximum_marks", "pk").first()
        if row is None or row.current is None:
            return []
        points = tuple(row.current.scheme_points.values_list("text", flat=True))
    return [ExamQuestion(row.current.text, points)] if points else []


def _exam_step(question: ExamQuestion, sentences: Sequence[Sentence]) -> Step:
    return steps.from_scheme(question.text, question.points, sentences[0])
