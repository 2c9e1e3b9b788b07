"""A change of the model: what was learnt gets new vectors, is found meanwhile by its words, and a killed run goes on."""

import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.embedding import EmbeddingUnavailable, default_embedder
from courses.models import Course
from learning import reembedding
from learning.functions import HNSW
from learning.models import Knowledge, VoiceTranscript
from learning.reembedding import KINDS, count, reembed
from tests.conftest import owner_connection
from tests.learning.index_cast import CountingEmbedder
from tests.learning.test_learning_rules import memory_of
from tests.learning.transcript_cast import was_read

pytestmark = pytest.mark.django_db
KNOWLEDGE, QUEUE, TRANSCRIPTS, TURNS = KINDS


def known(course: Course, number: int = 0, model: str = "old", dimensions: int = 4) -> Knowledge:
    vector = [1.0] * dimensions
    with acting_as(SYSTEM):
        return Knowledge.objects.create(
            course=course, question=f"Why {number}?", content="So.", source="manual", entry_id=uuid.uuid4(),
            embedding=vector, question_embedding=vector, embedding_model=model,
        )  # fmt: skip


def of_model(name: str) -> int:
    with acting_as(SYSTEM):
        return Knowledge.objects.filter(embedding_model=name).count()


def test_it_renews_what_is_of_another_model_or_length(course: Course) -> None:
    known(course, 1), known(course, 2, "counting", 4), known(course, 3, "counting", 8)
    embedder, seen = CountingEmbedder(), list[float | None]()
    assert count(KNOWLEDGE, embedder) == 2
    assert reembed(KNOWLEDGE, embedder, progress=seen.append) == 2
    assert embedder.texts == ["Why 1?\nSo.", "Why 1?", "Why 2?\nSo.", "Why 2?"]
    assert (seen, count(KNOWLEDGE, embedder)) == ([2], 0)


def test_it_goes_on_where_it_was_stopped(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reembedding, "AT_ONCE", 2)
    for number in range(5):
        known(course, number)
    embedder = CountingEmbedder()

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reembed(KNOWLEDGE, embedder, progress=stop)
    assert of_model("counting") == 2
    assert reembed(KNOWLEDGE, embedder, progress=lambda _rows: None) == 3


def test_it_keeps_what_it_has_when_the_model_goes_away(course: Course) -> None:
    known(course)
    with pytest.raises(EmbeddingUnavailable):
        reembed(KNOWLEDGE, CountingEmbedder(failures=1), progress=lambda _rows: None)
    assert of_model("old") == 1


def test_it_leaves_a_text_that_changed_meanwhile(course: Course) -> None:
    row, embedder = known(course), CountingEmbedder()
    embed = embedder.embed

    def slow(texts: Any) -> Any:
        with acting_as(SYSTEM):
            Knowledge.objects.filter(pk=row.pk).update(content="Otherwise.")
        return embed(texts)

    embedder.embed = slow  # type: ignore[method-assign]
    assert reembed(KNOWLEDGE, embedder, progress=lambda _rows: None) == 0
    assert of_model("old") == 1


def test_it_renews_items_turns_and_transcripts(course: Course, ada: User, tess: User) -> None:
    was_read(tess, course)
    turn = memory_of(ada, course, "Why is it so?")
    with acting_as(SYSTEM):
        type(turn).objects.filter(pk=turn.pk).update(embedding=[1.0], embedding_model="old")
    embedder = CountingEmbedder()
    for kind, renewed in ((TRANSCRIPTS, 1), (TURNS, 1), (QUEUE, 0)):  # the item waits for its first vector
        assert reembed(kind, embedder, progress=lambda _rows: None) == renewed, kind.name
    assert "Why is it so?" in embedder.texts
    with acting_as(SYSTEM):
        assert VoiceTranscript.objects.get().embedding_model == "counting"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_it_is_one_command(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    known(course)
    call_command("reembed", "--json")
    assert '"knowledge": 1' in capsys.readouterr().out
    assert of_model(default_embedder().name) == 1
    call_command("reembed", "--only", "knowledge")
    assert "knowledge: 0, indexes: 0" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_it_makes_the_indexes_of_a_new_length() -> None:
    assert set(reembedding.fit_indexes(8)) == set(HNSW)
    assert reembedding.fit_indexes(8) == []
    with owner_connection(connection.settings_dict["NAME"]) as owner:
        defined = [row[0] for row in owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = ANY (%s)", [list(HNSW)])]
    assert all("vector(8)" in each for each in defined)
    assert len(defined) == len(HNSW)
    reembedding.fit_indexes(384)
