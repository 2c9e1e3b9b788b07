"""The index is brought up to date by rows that survive anything, and readers never see half of it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import Error, connection

from accounts.door import SYSTEM, acting_as
from ai.embedding import EmbeddingUnavailable
from courses.models import Chapter, Course
from learning.generations import forget_old_generations
from learning.indexing import complete_update, request_update, retry_update, run_update
from learning.models import ContentChunk, ContentUpdate
from learning.tasks import sweep_content_updates
from learning.updates import claim, waiting_updates
from tests.conftest import make_course
from tests.learning.index_cast import CountingEmbedder, change, expire, fill, live, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course() -> Course:
    made = make_course()
    fill(made)
    return made


def ask(course: Course, kind: str = "incremental") -> ContentUpdate:
    return request_update(course, update_type=kind, triggered_by="automatic", wake=False)


def index(course: Course, embedder: CountingEmbedder, kind: str = "incremental") -> ContentUpdate:
    update = ask(course, kind)
    assert run_update(update.pk, embedder=embedder)
    return state(update)


def test_it_indexes_chapters_labs_and_an_overview(course: Course) -> None:
    embedder = CountingEmbedder()
    update = index(course, embedder)
    rows = live(course)
    assert {row.content_type for row in rows} == {"chapter", "lab", "overview"}
    assert update.status == "completed"
    assert update.chunks_updated == update.chunks_total == update.chunks_embedded == len(rows)
    assert all(row.embedding is not None and row.embedding_model == "counting" and row.content_hash for row in rows)
    assert not embedder.held_connection


def test_it_keeps_vectors_exactly(course: Course) -> None:
    embedder = CountingEmbedder()
    index(course, embedder)
    for row in live(course):
        text = next(text for text in embedder.texts if text.endswith(row.content))
        assert list(row.embedding) == list(CountingEmbedder().embed([text])[0])


def test_it_embeds_only_what_changed(course: Course) -> None:
    index(course, CountingEmbedder())
    before = {row.content_hash for row in live(course)}
    change(course, "c1", "## Part 0\n\nAll new here.\n")
    embedder = CountingEmbedder()
    update = index(course, embedder)
    after = live(course)
    assert len(embedder.texts) == update.chunks_embedded == len({row.content_hash for row in after} - before) == 1
    assert "All new here." in embedder.texts[0]
    assert all(row.embedding is not None for row in after)


def test_it_makes_no_generation_when_nothing_changed(course: Course) -> None:
    index(course, CountingEmbedder())
    generation = live(course)[0].generation
    embedder = CountingEmbedder()
    assert index(course, embedder).status == "completed"
    assert live(course)[0].generation == generation
    assert embedder.texts == []


def test_it_forgets_a_removed_chapter(course: Course) -> None:
    index(course, CountingEmbedder())
    with acting_as(SYSTEM):
        Chapter.objects.filter(chapter_id="c2").update(removed_at="2026-01-01T00:00Z")
    index(course, CountingEmbedder())
    assert "c2" not in {row.chapter_id for row in live(course)}


def test_it_embeds_everything_anew_for_another_model(course: Course) -> None:
    index(course, CountingEmbedder())
    embedder = CountingEmbedder("another")
    index(course, embedder)
    assert len(embedder.texts) == len(live(course))
    assert {row.embedding_model for row in live(course)} == {"another"}


def test_it_embeds_everything_anew_when_asked(course: Course) -> None:
    index(course, CountingEmbedder())
    embedder = CountingEmbedder()
    assert index(course, embedder, "full").chunks_embedded == len(live(course)) == len(embedder.texts)


def test_it_folds_requests_that_wait(course: Course) -> None:
    first = ask(course)
    second = ask(course, "full")
    assert first.pk == second.pk
    assert state(first).update_type == "full"


def test_it_queues_a_request_while_one_runs(course: Course) -> None:
    first = ask(course)
    held = claim(first.pk)
    second = ask(course)
    assert held
    assert second.pk != first.pk
    assert claim(second.pk) is None
    assert state(second).deliveries == 0


def test_it_tries_three_times_and_keeps_the_error(course: Course) -> None:
    update = ask(course)
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("UPDATE courses SET index_generation = 0")
    embedder = CountingEmbedder()
    embedder.embed = lambda texts: (_ for _ in ()).throw(ValueError("broken"))  # type: ignore[method-assign]
    for delivery in (1, 2, 3):
        assert not run_update(update.pk, embedder=embedder)
        assert state(update).deliveries == delivery
        expire(update)
    assert state(update).status == "failed"
    assert update.error_message == "ValueError: broken"
    assert not run_update(update.pk, embedder=embedder)


def test_it_goes_on_after_a_failure_is_retried(course: Course) -> None:
    test_it_tries_three_times_and_keeps_the_error(course)
    with acting_as(SYSTEM):
        failed = ContentUpdate.objects.get()
    assert retry_update(failed).pk == failed.pk
    assert run_update(failed.pk, embedder=CountingEmbedder())
    assert state(failed).status == "completed"


def test_it_sets_aside_what_ended_without_a_word_three_times(course: Course) -> None:
    update = ask(course)
    for _delivery in range(3):
        assert claim(update.pk)
        expire(update)
    assert waiting_updates() == []
    assert state(update).status == "failed"
    assert update.error_message


def test_it_indexes_for_words_alone_when_the_model_stays_away(course: Course) -> None:
    index(course, CountingEmbedder())
    change(course, "c1", "## Part 0\n\nAll new here.\n")
    update = ask(course)
    for _delivery in range(3):
        done = run_update(update.pk, embedder=CountingEmbedder(failures=1))
        expire(update) if not done else None
    assert state(update).status == "completed"
    assert update.error_message == "away"
    assert [row.content for row in live(course) if row.embedding is None] == ["All new here."]


def test_it_asks_again_for_vectors_it_could_not_have(course: Course) -> None:
    test_it_indexes_for_words_alone_when_the_model_stays_away(course)
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("UPDATE ai_coach_content_updates SET finished_at = now() - interval '1 hour'")
    sweep_content_updates()
    with acting_as(SYSTEM):
        again = ContentUpdate.objects.get(status="pending")
    run_update(again.pk, embedder=CountingEmbedder())
    assert all(row.embedding is not None for row in live(course))


def test_it_stops_without_a_trace_once_another_worker_has_the_lease(course: Course) -> None:
    update = ask(course)
    slow, quick = CountingEmbedder(), CountingEmbedder()

    def steal(texts: list[str]) -> object:
        expire(update)
        assert run_update(update.pk, embedder=quick)
        return CountingEmbedder().embed(texts)

    slow.embed = steal  # type: ignore[assignment,method-assign]
    assert not run_update(update.pk, embedder=slow)
    assert state(update).status == "completed"
    assert len(live(course)) == len(quick.texts)


def test_it_deletes_old_generations_later(course: Course) -> None:
    index(course, CountingEmbedder())
    for number in range(3):
        change(course, "c0", f"Version {number}")
        index(course, CountingEmbedder())
    assert generations() == {live(course)[0].generation, live(course)[0].generation - 1}
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("UPDATE ai_coach_content_updates SET finished_at = now() - interval '1 hour'")
    forget_old_generations()
    assert generations() == {live(course)[0].generation}


def generations() -> set[int]:
    with acting_as(SYSTEM):
        return set(ContentChunk.objects.values_list("generation", flat=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [("pending", "completed"), ("pending", "failed"), ("completed", "pending"), ("failed", "completed")],
)
def test_it_lets_no_code_skip_a_state(course: Course, before: str, after: str) -> None:
    way = {"pending": [], "completed": ["processing", "completed"], "failed": ["processing", "failed"]}[before]
    update = ask(course)
    with acting_as(SYSTEM):
        for step in way:
            ContentUpdate.objects.filter(pk=update.pk).update(status=step)
    with pytest.raises(Error, match="Invalid transition"), acting_as(SYSTEM):
        ContentUpdate.objects.filter(pk=update.pk).update(status=after)


def test_it_lets_no_update_start_in_the_middle(course: Course) -> None:
    with pytest.raises(Error, match="Cannot insert"), acting_as(SYSTEM):
        ContentUpdate.objects.create(course=course, update_type="full", triggered_by="admin", status="completed")


def test_it_reindexes_by_command(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reindex", course.slug, "--json")
    assert '"status": "completed"' in capsys.readouterr().out
    assert {len(row.embedding) for row in live(course)} == {384}


def test_it_finishes_what_another_command_left_behind(course: Course) -> None:
    first = ask(course)
    assert claim(first.pk)
    expire(first)
    second = ask(course)
    assert complete_update(second.pk, embedder=CountingEmbedder()).status == "completed"
    assert state(first).status == "completed"


def test_it_indexes_for_words_alone_without_any_model(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise EmbeddingUnavailable("not installed")

    monkeypatch.setattr("learning.indexing.default_embedder", missing)
    monkeypatch.setattr("learning.updates.PAUSE", timedelta(0))
    update = complete_update(ask(course).pk)
    assert (update.status, update.deliveries, update.error_message) == ("completed", 3, "not installed")
    assert live(course)
    assert all(row.embedding is None and row.embedding_model == "" for row in live(course))


def test_it_follows_another_worker(course: Course) -> None:
    update = ask(course)
    assert run_update(update.pk, embedder=CountingEmbedder())
    assert complete_update(update.pk).status == "completed"
