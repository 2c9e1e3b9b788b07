"""Files of questions: what they say, what is wrong with them by line, and that an import is whole or nothing."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.door import SYSTEM, acting_as
from courses.models import Chapter, Course
from planning.demo import CODE, HERE, bring_subject
from planning.exam_models import Question, QuestionVersion, SchemePoint, Subject, SyllabusPoint
from planning.importing import BadQuestions, read, read_bytes
from tests.planning.conftest import EXAM, KINDS, bring

pytestmark = pytest.mark.django_db

POINTS = "code;title;parent\nC.1;Images;\nC.1.1;Layers;C.1\n"
ROWS = """code,kind,text,marks,points,choices,answer,scheme,model_answer
w,,"Why?
Say more.",3,C.1.1,,,"AO1 1: because /| since
AO2 2: used",So.
m,multiple_choice,Pick,2,,a | b | c,a|b,,
t,true_false,Sure?,1,,,yes,,
n,numeric,How many?,1,,,3..4,,
p,matching,Match,2,,,x -> 1 | y -> 2,,
"""


def imported(path: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_questions", str(path), "--subject", "C", "--json", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def faults_of(text: str, name: str = "f.json") -> list[tuple[int, str]]:
    with pytest.raises(BadQuestions) as caught:
        read_bytes(text.encode(), name)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_it_imports_csv(course: Course, tmp_path: Path) -> None:
    assert imported(put(tmp_path, "p.csv", POINTS))["points"]["new"] == 2
    said = imported(put(tmp_path, "q.csv", ROWS))
    assert (said["ok"], said["questions"]["new"], said["created"]) == (True, 5, False)
    assert [one["line"] for one in said["read"]] == [2, 5, 6, 7, 8]
    with acting_as(SYSTEM):
        written = Question.objects.select_related("current__answer_key").get(code="w")
        assert (written.current.text, written.current.maximum_marks) == ("Why?\nSay more.", 3)
        assert list(written.points.values_list("code", flat=True)) == ["C.1.1"]
        assert [(p.objective, p.marks, p.alternatives) for p in written.current.scheme_points.all()] == [
            ("AO1", 1, ["since"]),
            ("AO2", 2, []),
        ]
        many = QuestionVersion.objects.select_related("answer_key").get(question__code="m")
        assert (many.several, many.answer_key.key["weights"]["c"]) == (True, "-50.00000")
        assert SyllabusPoint.objects.get(code="C.1.1").parent.code == "C.1"


def test_it_changes_only_what_changed(course: Course, tmp_path: Path) -> None:
    path = put(tmp_path, "q.json", EXAM)
    assert imported(path)["questions"] == {"new": KINDS, "changed": 0, "unchanged": 0}
    assert imported(path)["questions"] == {"new": 0, "changed": 0, "unchanged": KINDS}
    path.write_text(
        EXAM.replace("It can be shared", "Others can mount it").replace('"C.2", "title": "Data"', '"C.2", "title": "Disks"')
    )
    assert imported(path, "--dry-run")["questions"]["changed"] == 1
    said = imported(path)
    assert (said["questions"]["changed"], said["points"]["changed"]) == (1, 1)
    with acting_as(SYSTEM):
        assert list(QuestionVersion.objects.filter(question__code="why").values_list("number", flat=True)) == [1, 2]
        assert Question.objects.get(code="why").current.number == 2
        assert QuestionVersion.objects.count() == KINDS + 1
        assert SchemePoint.objects.filter(text="It can be shared").exists()


def test_it_looks_before_it_writes(course: Course, tmp_path: Path) -> None:
    said = imported(put(tmp_path, "q.json", EXAM), "--dry-run")
    assert (said["created"], said["dry_run"]) == (True, True)
    with acting_as(SYSTEM):
        assert not Subject.objects.exists()


def test_it_imports_all_or_nothing(course: Course, tmp_path: Path) -> None:
    path = put(tmp_path, "q.json", EXAM.replace('"points": ["C.2"], "model_answer"', '"points": ["C.9"], "model_answer"'))
    out = StringIO()
    with pytest.raises(CommandError, match=r"line 8: There is no syllabus point C\.9"):
        call_command("import_questions", str(path), "--subject", "C", "--json", stdout=out)
    assert json.loads(out.getvalue())["faults"][0]["line"] == 8
    with acting_as(SYSTEM):
        assert not Subject.objects.exists()
        assert not Question.objects.exists()


def test_it_joins_points_with_chapters(course: Course, tmp_path: Path) -> None:
    source = {"subject": {"course": course.slug}, "points": [{"code": "A", "title": "A", "chapter": "one"}]}
    path = put(tmp_path, "p.json", json.dumps(source))
    with pytest.raises(CommandError, match="no chapter"):
        imported(path)
    with acting_as(SYSTEM):
        Chapter.objects.create(course=course, chapter_id="one", title="One")
    imported(path)
    with acting_as(SYSTEM):
        point = SyllabusPoint.objects.select_related("chapter", "subject").get()
    assert (point.chapter.chapter_id, point.subject.course_id) == ("one", course.pk)


@pytest.mark.parametrize(
    ("source", "name", "line", "word"),
    [
        ('{"questions": [\n{"code": "a", "text": "x"},\n{"code": "a", "text": "y"}]}', "f.json", 3, "twice"),
        ('{"questions": [\n\n{"code": "a", "text": ""}]}', "f.json", 3, "no text"),
        ('[{"code": "a", "text": "x", "marks": 0}]', "f.json", 1, "from 1 to"),
        ('[{"code": "a", "text": "x"},\n {"code": "b", "text": "x", "marks": "two"}]', "f.json", 2, "whole number"),
        ('[{"code": "a", "text": "x", "kind": "oral"}]', "f.json", 1, "no kind"),
        ('[{"code": "a", "text": "x", "colour": 1}]', "f.json", 1, "colour"),
        ('[{"code": "a", "text": "x", "marks": 3, "scheme": [{"text": "y"}]}]', "f.json", 1, "1 of 3"),
        ('[{"code": "a", "text": "x", "scheme": ["y"]}]', "f.json", 1, "scheme point"),
        ('[{"code": "a", "text": "x", "kind": "multiple_choice", "choices": ["a", "b"]}]', "f.json", 1, "No choice"),
        ('[{"code": "a", "text": "x", "kind": "multiple_choice", "choices": ["a"], "answer": "c"}]', "f.json", 1, "among"),
        ('[{"code": "a", "text": "x", "kind": "true_false", "answer": "maybe"}]', "f.json", 1, "neither"),
        ('[{"code": "a", "text": "x", "kind": "numeric", "answer": "NaN"}]', "f.json", 1, "no number"),
        ('[{"code": "a", "text": "x", "kind": "matching", "answer": ["a - b"]}]', "f.json", 1, "no pair"),
        ('{"points": [{"code": "a b", "title": "x"}]}', "f.json", 1, "no code"),
        ('{"points": [{"code": "a", "title": "x", "parent": "a"}]}', "f.json", 1, "part of itself"),
        ('{"questions": [\n{"code": "a",}]}', "f.json", 2, "no JSON"),
        ("[[1]]", "f.json", 1, "an object"),
        ("[" * 100_000, "f.json", 0, "no JSON"),
        ("[]", "f.json", 0, "no questions"),
        ("code,text\na,\n", "f.csv", 2, "no text"),
        ("code,text,shape\na,x,y\n", "f.csv", 1, "shape"),
        ("text\nx\n", "f.csv", 1, "no column"),
        ("code,text\na,x,y\n", "f.csv", 2, "more fields"),
        ('code,text\na,"x\n', "f.csv", 2, "no CSV"),
        ("x\x00y", "f.gift", 1, "zero byte"),
        ("Why?{", "f.doc", 0, "name of the file"),
    ],
)
def test_it_says_what_is_wrong(source: str, name: str, line: int, word: str) -> None:
    found = faults_of(source, name)
    assert found[0][0] == line, found
    assert word in found[0][1]


def test_it_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "l.gift").write_bytes("Warum?{}\n\nFür wen?{}".encode("latin-1"))
    with pytest.raises(BadQuestions, match="line 3: This is not UTF-8"):
        read(tmp_path / "l.gift")
    with pytest.raises(BadQuestions, match="cannot be read"):
        read(tmp_path / "none.gift")
    with pytest.raises(BadQuestions, match="larger than 5 MB"):
        read_bytes(b"x" * 5_000_001, "f.gift")


def test_it_refuses_circles(course: Course) -> None:
    bring()
    with pytest.raises(BadQuestions, match=r"C\.1 would be part of itself"):
        bring('{"points": [{"code": "C.1", "title": "Images", "parent": "C.1.1"}]}')


def test_it_keeps_the_course_of_a_subject_that_was_practised(subject: Subject, ada: Any) -> None:
    from django.db import IntegrityError

    from tests.planning.conftest import sit

    sit(ada, subject)
    with pytest.raises(IntegrityError, match="keeps its course"), acting_as(SYSTEM):
        Subject.objects.filter(pk=subject.pk).update(course=None)


def test_it_brings_a_whole_demo_subject(course: Course) -> None:
    said = json.loads((HERE / "containers.json").read_text())
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(slug=said["subject"]["course"])
        Chapter.objects.bulk_create(
            Chapter(course=course, chapter_id=name, title=name)
            for name in {p["chapter"] for p in said["points"] if "chapter" in p}
        )
    bring_subject()
    with acting_as(SYSTEM):
        subject = Subject.objects.get(code=CODE)
        assert subject.points.exclude(parent=None).count() >= 25
        assert subject.questions.count() >= 40
        assert not subject.points.exclude(parent=None).filter(question_points=None).exists()
        objectives = set(SchemePoint.objects.values_list("objective", flat=True))
        assert not QuestionVersion.objects.filter(kind="written", answer_key__model_answer="").exists()
    assert objectives == {"AO1", "AO2", "AO3"}
    assert bring_subject().is_empty
