"""What a marker needs of an answer, read from its rows: the version that was answered, never a later one."""

from uuid import UUID

from ai.providers.sentences import plain
from planning.exam_models import AnswerKey, QuestionVersion
from planning.marking.confidence import Ruled, was_right
from planning.marking.marks import Point, Task
from planning.practice_models import AttemptedQuestion
from planning.ruling_models import MarkRuling

MOST_RULINGS = 50  # the newest of a question


def task_of(row: AttemptedQuestion) -> Task:
    """`row` with its version and the version's scheme. As the system: a learner may not read a scheme before handing in."""
    version = row.version
    key = AnswerKey.objects.filter(version=version).first()
    points = tuple(
        Point(str(point.pk), point.text, point.marks, point.objective, tuple(str(each) for each in point.alternatives))
        for point in version.scheme_points.all()
    )
    references = (key.model_answer,) if key and key.model_answer.strip() else ()
    return Task(words_of(version), row.answer, version.maximum_marks, points, references, rulings_on(version.question_id))


def rulings_on(question_id: UUID) -> tuple[Ruled, ...]:
    """What people said of the marker on a question, newest first."""
    rows = MarkRuling.objects.filter(question_id=question_id, promised__isnull=False).order_by("-pk")[:MOST_RULINGS]
    return tuple(
        Ruled(row.promised, was_right(float(row.proposed_marks), float(row.ruled_marks), row.maximum_marks))
        for row in rows
        if row.promised is not None
    )


def words_of(version: QuestionVersion) -> str:
    """The question without the marks of its format."""
    if version.text_format == QuestionVersion.Format.MARKDOWN:
        return "\n".join(plain(line) for line in version.text.splitlines()).strip()
    return version.text
