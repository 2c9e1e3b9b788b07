"""`manage.py evaluate`: true figures, and a clear word about a broken file."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.models import Course
from learning.evaluating.finding import summary
from tests.learning.retrieval_cast import Text, index

LEGS = ("lexical", "dense", "hybrid")


def lines(tmp_path: Path, *rows: object) -> str:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return str(path)


def evaluated(kind: str, course: Course, file: str, *options: str) -> str:
    out = StringIO()
    call_command("evaluate", kind, "--course", course.slug, "--questions", file, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def volumes(course: Course) -> Course:
    index(course, [Text("A volume keeps data.", "volumes", axis=0), Text("An image has layers.", "images", axis=1)])
    return course


def test_it_measures_each_leg(volumes: Course, tmp_path: Path) -> None:
    file = lines(
        tmp_path, {"question": "volume data", "expected": ["volumes"]}, {"question": "layers", "expected": ["images", "x"]}
    )
    result = json.loads(evaluated("retrieval", volumes, file, "--json"))
    assert (result["course"], result["questions"]) == ("containers", 2)
    assert set(result["lexical"]) == {"hit@1", "hit@3", "hit@5", "hit@10", "mrr@5", "p50_ms", "p95_ms"}
    assert result["lexical"]["hit@1"] == result["lexical"]["mrr@5"] == 1
    assert all(result[leg] for leg in LEGS)


def test_it_prints_a_table_and_takes_a_limit(volumes: Course, tmp_path: Path) -> None:
    file = lines(tmp_path, {"question": "volume", "expected": ["volumes"]}, "", {"question": "x", "expected": ["images"]})
    table = evaluated("retrieval", volumes, file, "--limit", "1").splitlines()
    assert table[0] == "containers: 1 questions"
    assert [line.split()[0] for line in table[2:]] == list(LEGS)


@pytest.mark.parametrize(("row", "words"), [
    ("{", "line 2: not JSON"),
    ("[1]", "line 2: an object"),
    ({"question": "", "expected": ["a"]}, 'line 2: "question"'),
    ({"question": "a"}, 'line 2: "expected" must be a list'),
    ({"question": "a", "expected": []}, 'line 2: "expected" names no chapter'),
    ({"question": "a", "expected": [3]}, 'line 2: "expected" must be a list'),
])  # fmt: skip
def test_it_names_the_broken_line(volumes: Course, tmp_path: Path, row: object, words: str) -> None:
    file = lines(tmp_path, {"question": "a", "expected": ["b"]}, row)
    with pytest.raises(CommandError, match=words):
        evaluated("retrieval", volumes, file)


def test_it_refuses_what_is_not_there(volumes: Course, tmp_path: Path) -> None:
    for file in (str(tmp_path / "none.jsonl"), lines(tmp_path), str(tmp_path)):
        with pytest.raises(CommandError):
            evaluated("retrieval", volumes, file)
    with pytest.raises(CommandError, match="no course nowhere"):
        evaluated("retrieval", Course(slug="nowhere"), lines(tmp_path, {"question": "a", "expected": ["b"]}))


def test_it_refuses_bytes_that_are_no_text(volumes: Course, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b'{"question": "a", "expected": ["b"]}\n\xe9')
    with pytest.raises(CommandError, match="line 2: not UTF-8"):
        evaluated("retrieval", volumes, str(tmp_path / "latin"))


def test_it_tells_answerable_questions_from_others(volumes: Course, tmp_path: Path) -> None:
    rows = [{"question": "What does a volume keep?", "answerable": True}, {"question": "Who won the cup?", "expected": []}]
    result = json.loads(evaluated("confidence", volumes, lines(tmp_path, *rows), "--json"))
    assert (result["answerable"], result["unanswerable"], result["auroc"]) == (1, 1, 1)
    assert "auroc" in evaluated("confidence", volumes, lines(tmp_path, *rows))


def test_it_counts_ranks_rightly() -> None:
    measured = summary([1, 2, None, 6], [1.0, 2.0, 3.0, 4.0])
    assert measured.hits == {1: 0.25, 3: 0.5, 5: 0.5, 10: 0.75}
    assert measured.mrr == pytest.approx((1 + 0.5) / 4)
