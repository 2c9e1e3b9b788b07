"""Vector indexes: built beside readers, used by the search, and never at the price of rows."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.door import SYSTEM, acting_as
from courses.models import Course
from learning import retrieval, vector_index
from learning.models import ContentChunk
from learning.vector_index import fitting_kind, fitting_lists
from tests.conftest import enrol, make_course, make_person, owner_connection
from tests.learning.retrieval_cast import DIMENSIONS, Text, index

CHUNKS = 200

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def crowded() -> Course:
    """A course of 200 random vectors among two more, of which only it is visible to Ada."""
    courses = [make_course(f"course-{number}", "Course") for number in range(3)]
    for number, course in enumerate(courses):
        _fill(course, seed=number)
    enrol(make_person("Ada"), courses[1])
    return courses[1]


def _fill(course: Course, *, seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((CHUNKS, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index(course, [Text(f"text {number}", f"page{number // 4}", vector=vector) for number, vector in enumerate(vectors)])


def built(course: Course, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("vector_index", course.slug, *options, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("kind", ["exact", "hnsw", "ivfflat"])
def test_it_returns_k_rows_whenever_k_are_visible(crowded: Course, kind: str) -> None:
    from accounts.models import User

    assert built(crowded, "--type", kind)["type"] == kind
    with acting_as(SYSTEM):
        ada = User.objects.get(email="ada@example.com")
    embedding = np.random.default_rng(99).standard_normal(DIMENSIONS)
    embedding /= np.linalg.norm(embedding)
    with acting_as(ada):
        for k in (1, 10, 50):
            passages = retrieval.search(course_id=crowded.pk, question="", embedding=embedding, limit=k)
            assert len(passages) == k
            assert {passage.course_id for passage in passages} == {crowded.pk}


@pytest.mark.parametrize("kind", ["hnsw", "ivfflat"])
def test_it_is_used_by_the_search(crowded: Course, kind: str) -> None:
    name = built(crowded, "--type", kind)["name"]
    sql, values = retrieval.statement(course_id=crowded.pk, question="text", embedding=np.full(DIMENSIONS, DIMENSIONS**-0.5))
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")  # the course of a test is too small for the index to be worth it
        cursor.execute(f"EXPLAIN {sql}", values)
        assert f"Index Scan using {name}" in "\n".join(row[0] for row in cursor.fetchall())


def test_it_replaces_the_index_and_goes_back_to_exact(crowded: Course) -> None:
    assert built(crowded, "--type", "hnsw")["size"]
    state = built(crowded, "--type", "ivfflat", "--lists", "7")
    assert (state["type"], state["lists"], state["name"]) == ("ivfflat", 7, vector_index.index_name(crowded.pk))
    assert built(crowded)["type"] == "exact"
    assert _names() == []


def test_it_drops_what_a_killed_build_left(crowded: Course) -> None:
    left = f"{vector_index.index_name(crowded.pk)}_new"
    with owner_connection() as owner:
        owner.execute(f"CREATE INDEX {left} ON ai_coach_content_chunks (course_id)")
    built(crowded, "--type", "hnsw")
    assert _names() == [vector_index.index_name(crowded.pk)]


def test_it_serves_the_next_generation_too(crowded: Course) -> None:
    built(crowded, "--type", "hnsw")
    with acting_as(SYSTEM):
        for chunk in ContentChunk.objects.filter(course=crowded)[:50]:
            chunk.pk, chunk.generation = None, 2
            chunk.save(force_insert=True)
        Course.objects.filter(pk=crowded.pk).update(index_generation=2)
        wanted = np.array(ContentChunk.objects.filter(course=crowded, generation=2).first().embedding)
        passages = retrieval.search(course_id=crowded.pk, question="", embedding=wanted, limit=40)
    assert len(passages) == 40
    assert passages[0].dense == pytest.approx(1, abs=1e-4)


def _names() -> list[str]:
    with owner_connection() as owner:
        rows = owner.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE %s ORDER BY 1", [f"{vector_index.BASE}%"])
        return [row[0] for row in rows]


@pytest.fixture(autouse=True)
def _no_index_left(transactional_db: None) -> object:
    yield
    with owner_connection() as owner:
        for name in _names():
            owner.execute(f"DROP INDEX {name}")


def test_it_refuses_wrong_words(crowded: Course) -> None:
    for arguments in (["nowhere"], [crowded.slug, "--lists", "5"], [crowded.slug, "--type", "ivfflat", "--lists", "0"]):
        with pytest.raises(CommandError):
            call_command("vector_index", *arguments, stdout=StringIO())


@pytest.mark.parametrize(("passages", "fewest", "most"), [
    (0, 10, 10), (5_000, 10, 50), (9_999, 10, 50), (10_000, 50, 50), (60_000, 50, 100), (99_999, 50, 100),
    (100_000, 100, 100), (400_000, 100, 200), (9_000_000, 200, 200),
])  # fmt: skip
def test_it_follows_the_rule_for_lists(passages: int, fewest: int, most: int) -> None:
    assert fewest <= fitting_lists(passages) <= most


def test_it_is_exact_up_to_twenty_thousand() -> None:
    assert (fitting_kind(20_000), fitting_kind(20_001)) == ("exact", "hnsw")
