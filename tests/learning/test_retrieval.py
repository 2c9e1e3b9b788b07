"""Search: what is found, in which order, by whom, and with what plan."""

import json
import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Chapter, Course
from learning import retrieval
from learning.fusion import DENSE, LEXICAL, fuse
from learning.retrieval import Passage, search
from tests.conftest import make_course, make_person
from tests.learning.retrieval_cast import Text, index, towards

TEXTS = [
    Text("A volume keeps the data of a container.", "volumes", "Volumes", axis=0),
    Text("A bind mount shows a folder of the machine.", "mounts", "Bind mounts", axis=1),
    Text("An image is built from layers.", "images", "Images", axis=2),
    Text("Compose starts several services with one file.", "compose", "Compose", axis=3),
]


def found(course: Course, question: str, embedding: np.ndarray | None = None, **options: int) -> list[Passage]:
    return search(course_id=course.pk, question=question, embedding=embedding, **options)


def test_it_finds_by_any_word_of_the_question(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        passages = found(course, "Why is the volume of my zebra empty?")
    assert [passage.chapter_id for passage in passages] == ["volumes"]
    assert (passages[0].lexical, passages[0].rank_lexical, passages[0].dense) == (1.0, 1, None)


def test_it_finds_by_meaning_without_a_common_word(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        passages = found(course, "xylophone", towards(2, 0))
    assert [passage.chapter_id for passage in passages[:2]] == ["images", "volumes"]
    assert passages[0].dense == pytest.approx(1 / np.hypot(1, 0.5))
    assert (passages[0].rank_dense, passages[0].lexical, passages[0].coverage) == (1, None, 0)


def test_it_fuses_both_scores_of_each_passage(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        passages = found(course, "a volume, or a folder of the machine", towards(1, 0, 2))
    assert passages[0].chapter_id == "mounts"
    for passage in passages:
        assert passage.score == pytest.approx(fuse(passage.dense, passage.lexical))
    assert passages[0].score == pytest.approx(DENSE * passages[0].dense + LEXICAL)


def test_it_knows_how_much_of_the_question_is_covered(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        whole, half = found(course, "volume")[0], found(course, "volume zebra")[0]
    assert whole.coverage == pytest.approx(1)
    assert 0 < half.coverage < 0.5, "a word that the course lacks weighs more than one that it has"


def test_it_takes_one_statement(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada), CaptureQueriesContext(connection) as queries:
        found(course, "volume", towards(0))
    assert len(queries) == 1


def test_it_returns_everything_a_citation_needs(ada: User, course: Course) -> None:
    index(course, [Text("Down it goes.", "cleaning", "Cleaning up", headings=("Cleaning up", "Stopping"))])
    with acting_as(ada):
        passage = found(course, "stopping")[0]
    assert (passage.title, passage.heading_path, passage.lab_id) == ("Cleaning up", ("Cleaning up", "Stopping"), None)
    assert (passage.course_id, passage.content) == (course.pk, "Down it goes.")


def test_it_shows_strangers_and_nobody_nothing(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(make_person("Zoe")):
        assert found(course, "volume", towards(0)) == []
    assert found(course, "volume", towards(0)) == []


def test_it_stays_inside_the_course_that_was_asked_for(ada: User, course: Course) -> None:
    other = make_course("other", "Other")
    index(course, TEXTS)
    index(other, [Text("A volume of verse.", axis=0)])
    with acting_as(SYSTEM):
        assert {passage.course_id for passage in found(course, "volume", towards(0))} == {course.pk}


def test_it_reads_the_live_generation_only(ada: User, course: Course) -> None:
    index(course, TEXTS)
    index(course, [Text("A volume, told anew.", "volumes", axis=0)], generation=2, live=False)
    with acting_as(ada):
        assert "keeps the data" in found(course, "volume", towards(0))[0].content
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(index_generation=2)
    with acting_as(ada):
        assert [passage.content for passage in found(course, "volume", towards(0))] == ["A volume, told anew."]


def test_it_leaves_removed_chapters_out(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(SYSTEM):
        Chapter.objects.filter(chapter_id="volumes").update(removed_at="2026-01-01T00:00Z")
    with acting_as(ada):
        passages = found(course, "volume", towards(0))
    assert "volumes" not in {passage.chapter_id for passage in passages}
    assert len(passages) == 3


def test_it_puts_at_most_three_passages_of_a_page_first(ada: User, course: Course) -> None:
    index(course, [*(Text(f"A volume, part {n}.", "volumes", "Volumes", axis=0) for n in range(6)), *TEXTS[1:]])
    with acting_as(ada):
        pages = [passage.chapter_id for passage in found(course, "volume", towards(0, 1, 2, 3), limit=8)]
    assert pages[:3] == ["volumes"] * 3
    assert sorted(pages[3:6]) == ["compose", "images", "mounts"]
    assert pages[6:] == ["volumes"] * 2


def test_it_searches_by_words_when_vectors_are_of_another_dimension(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        passages = found(course, "volume", towards(0, dimensions=8))
    assert [(passage.chapter_id, passage.dense) for passage in passages] == [("volumes", None)]


def test_it_never_compares_vectors_of_two_models(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        same = search(course_id=course.pk, question="volume", embedding=towards(2), model="hand-made")
        other = search(course_id=course.pk, question="volume", embedding=towards(2), model="another")
    assert (same[0].chapter_id, same[0].dense) == ("images", pytest.approx(1))
    assert [(passage.chapter_id, passage.dense) for passage in other] == [("volumes", None)]


@pytest.mark.parametrize("question", [
    "", "   ", "\x00", "\ud800 volume", "'; DROP TABLE users; --", "a & b | !c <-> d", "100 % %s %(x)s", "\\", "volume " * 20_000,
    "x" * 100_000, "🦆 ﷽ e\u0301", ":* !!", "{}[]()<>",
])  # fmt: skip
def test_it_takes_any_text(ada: User, course: Course, question: str) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        words, both = found(course, question), found(course, question, towards(0))
    assert bool(words) == ("volume" in question)
    assert both[0].chapter_id == "volumes"


def test_it_goes_on_by_words_with_a_broken_vector(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        assert found(course, "volume", towards(0) * np.nan)[0].chapter_id == "volumes"


def test_it_survives_a_course_without_an_index(ada: User, course: Course) -> None:
    with acting_as(ada):
        assert found(course, "volume", towards(0)) == []


def test_it_returns_k_rows_whenever_k_are_visible(ada: User, course: Course) -> None:
    index(course, [Text(f"text {n}", f"page{n}", axis=n) for n in range(50)])
    index(make_course("full", "Full"), [Text(f"text {n}", f"page{n}", axis=n) for n in range(50)])
    with acting_as(ada):
        for k in (1, 8, 40):
            assert len(found(course, "", towards(7, 8), limit=k)) == k


def test_it_evaluates_policies_once_and_uses_the_indexes(ada: User, course: Course) -> None:
    index(course, [Text(f"volume text {n}", f"page{n}", axis=n) for n in range(100)])
    for number in range(3):
        index(make_course(f"c{number}", "C"), [Text(f"volume text {n}", f"page{n}", axis=n) for n in range(100)])
    plan = explained(ada, course)
    calls = [line for line in plan.splitlines() if "visible_courses" in line]
    assert not [line for line in calls if "Filter" in line or "Cond" in line], "a policy runs for each row"
    assert "InitPlan" in plan
    assert not re.search(r"Seq Scan on (public\.)?ai_coach_(content_chunks|lexical_impacts)", plan)
    assert re.search(r"Index.* Scan using \w*(course|generation|once)\w* on (public\.)?ai_coach_content_chunks", plan)
    assert "ai_coach_lexical_impacts_pkey" in plan


def explained(learner: User, course: Course) -> str:
    with connection.cursor() as cursor:
        with acting_as(SYSTEM):
            cursor.execute("SELECT count(*) FROM ai_coach_content_chunks")
        with acting_as(learner):
            sql, values = retrieval.statement(course_id=course.pk, question="volume text", embedding=towards(7))
            cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are too small and have no statistics
            cursor.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {sql}", values)
            return "\n".join(row[0] for row in cursor.fetchall())


def test_it_gives_evidence_that_can_be_stored(ada: User, course: Course) -> None:
    index(course, TEXTS)
    with acting_as(ada):
        passage = found(course, "volume", towards(0))[0]
    assert json.dumps([passage.score, passage.dense, passage.lexical, passage.rank_dense, passage.coverage])
