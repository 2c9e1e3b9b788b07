"""The lexical leg: BM25 as in the books, over PostgreSQL's lexemes."""

import math

import pytest
from django.db import ProgrammingError

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning import lexical
from learning.lexical import HEADING_WEIGHT, K1, PAIR_WEIGHT, B
from learning.models import LexicalImpact, LexicalIndex
from learning.retrieval import search
from tests.learning.retrieval_cast import Text, index


def impacts(course: Course, term: str) -> list[float]:
    with acting_as(SYSTEM):
        rows = LexicalImpact.objects.filter(course=course, term=term).values_list("impacts", flat=True)
        return sorted(rows.first() or [])


def first(course: Course, person: User, question: str) -> str:
    with acting_as(person):
        return search(course_id=course.pk, question=question, embedding=None)[0].content


def bm25(tf: float, n: int, total: int, length: float, average: float) -> float:
    idf = math.log(1 + (total - n + 0.5) / (n + 0.5))
    return idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / average))


def test_it_weighs_as_the_formula_says(course: Course) -> None:
    index(course, [Text("zebra zebra lion", title="Cats"), Text("tiger", title="Cats")])
    lengths = [3 + HEADING_WEIGHT, 1 + HEADING_WEIGHT]
    average = sum(lengths) / 2
    assert impacts(course, "zebra") == pytest.approx([bm25(2, 1, 2, lengths[0], average)])
    expected = sorted(bm25(HEADING_WEIGHT, 2, 2, length, average) for length in lengths)
    assert impacts(course, "cat") == pytest.approx(expected)


def test_it_counts_pairs_that_two_passages_share(course: Course) -> None:
    index(course, [Text("memory leak", title="A1"), Text("memory leak", title="B2"), Text("memory lane", title="C3")])
    with acting_as(SYSTEM):
        pairs = set(LexicalImpact.objects.filter(course=course, term__contains=" ").values_list("term", flat=True))
    assert pairs == {"memori leak"}
    assert impacts(course, "memori leak") == pytest.approx([PAIR_WEIGHT * bm25(1, 2, 3, 1, 1)] * 2)


def test_it_counts_headings_more_than_text(ada: User, course: Course) -> None:
    index(course, [Text("A volume here.", "a", "Mounts"), Text("Nothing here.", "b", "Volume"), Text("filler", "c", "C")])
    assert first(course, ada, "volume") == "Nothing here."


def test_it_finds_by_the_section_of_the_page(ada: User, course: Course) -> None:
    index(course, [Text("one", "a", section="Networking"), Text("two", "b", section="Storage")])
    assert first(course, ada, "networking") == "one"


@pytest.mark.parametrize("question", [
    "docker-compose", "compose", "libpq.so.5", "cannot open libpq.so", "/etc/hosts", "hosts file", "trips_data_all", "wslg",
    "https://example.org/setup/wslg", "ModuleNotFoundError: No module named 'kafka'",
])  # fmt: skip
def test_it_finds_code_paths_addresses_and_errors_by_their_parts(ada: User, course: Course, question: str) -> None:
    text = (
        "Run docker-compose up. ImportError: libpq.so.5: cannot open. Edit /etc/hosts, read external.trips_data_all, "
        "see https://example.org/setup/wslg.html or ModuleNotFoundError: No module named 'kafka.vendor'."
    )
    index(course, [Text(text, "a"), Text("Something quite different.", "b")])
    assert first(course, ada, question) == text


def test_it_uses_the_language_of_the_course(ada: User, course: Course) -> None:
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(language="german")
    index(course, [Text("Die Häuser am See", "a"), Text("Der Wald", "b")])
    assert first(course, ada, "haus") == "Die Häuser am See"


def test_it_falls_back_on_plain_words_for_an_unknown_language(ada: User, course: Course) -> None:
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(language="klingon'; --")
    index(course, [Text("qapla batlh", "a"), Text("jagh", "b")])
    assert first(course, ada, "qapla") == "qapla batlh"
    with acting_as(SYSTEM):
        assert LexicalIndex.objects.get(course=course).language == "simple"


def test_it_can_weigh_a_generation_anew_and_forget_it(course: Course) -> None:
    index(course, [Text("zebra")])
    with acting_as(SYSTEM):
        again = lexical.index_chunks(course.pk, 1)
        assert LexicalImpact.objects.filter(course=course).count() == again
        lexical.drop_generation(course.pk, 1)
        assert not LexicalImpact.objects.filter(course=course).exists()
        assert not LexicalIndex.objects.filter(course=course).exists()


def test_it_takes_a_generation_without_text(course: Course) -> None:
    index(course, [])
    with acting_as(SYSTEM):
        assert LexicalIndex.objects.get(course=course).chunk_count == 0


def test_it_is_written_by_the_system_alone(ada: User, course: Course) -> None:
    index(course, [Text("zebra")])
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(ada):
        LexicalIndex.objects.create(course=course, generation=9, language="simple", chunk_count=0)
    with acting_as(ada):
        assert LexicalImpact.objects.filter(course=course).update(idf=0) == 0


def test_it_hides_the_words_of_foreign_courses(tess: User, course: Course, ada: User) -> None:
    from tests.conftest import make_person

    index(course, [Text("zebra")])
    with acting_as(make_person("Zoe")):
        assert not LexicalImpact.objects.exists()
        assert not LexicalIndex.objects.exists()
    with acting_as(ada):
        assert LexicalImpact.objects.filter(term="zebra").exists()
