"""A question with a scheme, and answers to it that were handed in."""

from typing import Any

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from planning.models import AnswerKey, Attempt, AttemptedQuestion, Question, QuestionVersion, SchemePoint, Subject

QUESTION = "Why does a database in a container need a volume, and what happens to its files without one?"
POINTS = (
    ("AO1", 2, "A volume lives outside the container's own writable layer, so its files survive the container."),
    ("AO2", 1, "Without a volume the database's files are lost when the container is removed."),
    ("AO3", 1, "A bind mount also keeps files, but depends on the folders of the host, so a volume is the better choice."),
)
MODEL_ANSWER = " ".join(text for _objective, _marks, text in POINTS)
GOOD = (
    "The volume is stored outside the writable layer of the container, so the files survive when the container goes. "
    "Without it all files of the database are lost once the container is removed. "
    "A bind mount would keep them too, but it depends on folders of the host, so the volume is better."
)
HALF = "A volume keeps the files of the database when the container is replaced."
WRONG = "Networks connect containers by their names, and ports are published with a flag."


def make_question(
    course: Course | None = None, *, code: str = "volumes", maximum: int = 4, points: Any = POINTS
) -> QuestionVersion:
    """The current version of a question in a subject of the course, with its scheme."""
    with acting_as(SYSTEM):
        title = course.title if course else "Economics"
        subject, _made = Subject.objects.get_or_create(course=course, defaults={"code": title[:8].upper(), "title": title})
        question = Question.objects.create(subject=subject, code=code)
        version = QuestionVersion.objects.create(question=question, subject=subject, text=QUESTION, maximum_marks=maximum)
        question.current = version
        question.save(update_fields=["current"])
        AnswerKey.objects.create(version=version, subject=subject, model_answer=MODEL_ANSWER if points else "")
        for position, (objective, marks, text) in enumerate(points):
            SchemePoint.objects.create(
                version=version, subject=subject, position=position, objective=objective, marks=marks, text=text
            )
    return version


def hand_in(learner: User, *answers: tuple[QuestionVersion, str]) -> Attempt:
    """An attempt with these answers, handed in and not yet marked."""
    with acting_as(learner):
        attempt = Attempt.objects.create(student=learner, subject_id=answers[0][0].subject_id)
        for position, (version, text) in enumerate(answers, 1):
            AttemptedQuestion.objects.create(attempt=attempt, version=version, student=learner, position=position, answer=text)
        Attempt.objects.filter(pk=attempt.pk).update(status="submitted")
    return attempt


def answers_of(attempt: Attempt) -> list[AttemptedQuestion]:
    """As they are now."""
    with acting_as(SYSTEM):
        return list(AttemptedQuestion.objects.filter(attempt=attempt).order_by("position"))


def propose(answer: AttemptedQuestion, marks: int = 2, confidence: int = 55) -> AttemptedQuestion:
    """Marked by a marker that is this sure, without its work."""
    point = {"objective": "AO1", "awarded": str(min(marks, 2)), "maximum": "2", "reason": "Said.", "quote": "", "id": "1"}
    other = {"objective": "AO2", "awarded": str(max(0, marks - 2)), "maximum": "2", "reason": "Missing.", "quote": "", "id": "2"}
    shares = {name: {"awarded": part["awarded"], "maximum": "2"} for name, part in (("AO1", point), ("AO2", other))}
    feedback = {"marker": "test", "summary": "Some of it.", "objectives": shares, "points": [point, other]}
    with acting_as(SYSTEM):
        AttemptedQuestion.objects.filter(pk=answer.pk).update(
            state="marked",
            marks_awarded=marks,
            marking_feedback={**feedback, "proposed": str(marks), "promised": confidence},
            confidence_score=confidence,
            needs_review=confidence < 70,
        )
        return AttemptedQuestion.objects.select_related("version").get(pk=answer.pk)
