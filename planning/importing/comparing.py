"""What an import would change: new, changed, unchanged; and what only the database can know to be wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.models import Course
from planning.exam_models import Question, Subject, SyllabusPoint
from planning.importing.drafts import Draft, PointDraft, QuestionDraft
from planning.importing.faults import BadQuestions, Fault


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: new, changed, or unchanged."""

    kind: str
    code: str
    is_point: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    all: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        return all(change.kind == "unchanged" for change in self.all)

    def counts(self, *, of_points: bool = False) -> dict[str, int]:
        said = [change.kind for change in self.all if change.is_point == of_points]
        return {kind: said.count(kind) for kind in ("new", "changed", "unchanged")}

    def lines(self) -> list[str]:
        words = {"new": _("new"), "changed": _("changed")}
        return [f"{words[change.kind]}: {change.code}" for change in self.all if change.kind in words]


def compare(subject: Subject | None, draft: Draft) -> Changes:
    """Raises BadQuestions when the draft names what is not there. Behind the door of who imports."""
    points = {point.code: point for point in subject.points.select_related("parent", "chapter")} if subject else {}
    questions = _questions(subject)
    faults = [*_unknown_points(draft, points), *_unknown_chapters(subject, draft), *_circles(draft, points)]
    if faults:
        raise BadQuestions(faults)
    said = [Change(_of_point(point, points.get(point.code)), point.code, is_point=True) for point in draft.points]
    said += [Change(_of_question(question, questions.get(question.code)), question.code) for question in draft.questions]
    return Changes(tuple(said))


def course_for(subject: Subject | None, draft: Draft) -> Course | None:
    """The course that the subject has, or that the draft names. Raises BadQuestions when there is none of that name."""
    if subject and (subject.course_id or not draft.subject.course):
        return subject.course
    course = Course.objects.filter(slug=draft.subject.course).first() if draft.subject.course else None
    if draft.subject.course and course is None:
        raise BadQuestions([Fault(0, _("There is no course “%s”.") % draft.subject.course[:100])])
    return course


def _questions(subject: Subject | None) -> Mapping[str, Question]:
    rows = subject.questions.select_related("current").prefetch_related("points") if subject else []
    return {question.code: question for question in rows}


def _unknown_points(draft: Draft, there: Mapping[str, SyllabusPoint]) -> Iterator[Fault]:
    known = there.keys() | {point.code for point in draft.points}
    named = [(point.line, point.parent) for point in draft.points if point.parent]
    named += [(question.line, code) for question in draft.questions for code in question.points]
    for line, code in named:
        if code not in known:
            yield Fault(line, _("There is no syllabus point %s.") % code)


def _unknown_chapters(subject: Subject | None, draft: Draft) -> Iterator[Fault]:
    named = {point.chapter for point in draft.points if point.chapter}
    course = course_for(subject, draft) if named else None
    known = set(course.chapters.current().filter(chapter_id__in=named).values_list("chapter_id", flat=True)) if course else set()
    for point in draft.points:
        if point.chapter and point.chapter not in known:
            yield Fault(point.line, _("The course has no chapter “%s”.") % point.chapter)


def _circles(draft: Draft, there: Mapping[str, SyllabusPoint]) -> Iterator[Fault]:
    """A tree has no point that is above itself."""
    above = {code: point.parent.code if point.parent else "" for code, point in there.items()}
    above |= {point.code: point.parent for point in draft.points}
    for point in draft.points:
        seen, code = {point.code}, point.parent
        while code and code not in seen:
            seen.add(code)
            code = above.get(code, "")
        if code:
            yield Fault(point.line, _("The point %s would be part of itself.") % point.code)


def _of_point(draft: PointDraft, row: SyllabusPoint | None) -> str:
    if row is None:
        return "new"
    there = (row.title, row.description, row.parent.code if row.parent else "", row.chapter.chapter_id if row.chapter else "")
    return "unchanged" if there == (draft.title, draft.description, draft.parent, draft.chapter) else "changed"


def _of_question(draft: QuestionDraft, row: Question | None) -> str:
    if row is None or row.current is None:
        return "new"
    same_points = {point.code for point in row.points.all()} == set(draft.points)
    is_same = row.current.content_hash == draft.digest() and same_points and row.active == draft.active
    return "unchanged" if is_same else "changed"
