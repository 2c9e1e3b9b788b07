"""Runs over a trainer's set: what they find, what got better and worse, and what a fault in the middle does."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Chapter, Course
from learning.indexing import request_update, run_update
from learning.models import QualityQuestion, QualityResult, QualityRun
from learning.quality import leases, running
from learning.quality.comparing import compared, is_stale, run_before, tally
from tests.coach.conftest import taught
from tests.quality.cast import PORT, VOLUME, WEATHER, fresh, kept, ran, results

__all__ = ["taught"]

pytestmark = pytest.mark.django_db


def rewrite(course: Course, place: str, body: str) -> None:
    with acting_as(SYSTEM):
        Chapter.objects.filter(course=course, chapter_id=place).update(body=body)
        update = request_update(course, update_type="incremental", triggered_by="manual", wake=False)
    assert run_update(update.pk)


def test_it_finds_the_places_and_the_answer(taught: Course, tess: User) -> None:
    run = ran(kept(tess, taught, VOLUME, PORT, WEATHER))
    found = results(run)
    assert (run.state, run.done, run.total) == ("completed", 3, 3)
    assert (found[VOLUME.question].rank, found[VOLUME.question].fit, found[PORT.question].rank) == (1, 1.0, 1)
    assert "volume" in found[VOLUME.question].answer
    assert found[VOLUME.question].passages[0]["chapter_id"] == "volumes"
    assert found[WEATHER.question].confidence < found[PORT.question].confidence
    assert (run.figures["questions"], run.figures["hit@1"], run.figures["hit@5"]) == (3, 0.6667, 1.0)


def test_it_tells_what_got_worse_and_better(taught: Course, tess: User) -> None:
    chosen = kept(tess, taught)
    first = ran(chosen)
    rewrite(taught, "networks", "# Networks\n\nNothing is said here any more.")
    second = ran(chosen)
    with acting_as(tess):
        rows = compared(second, run_before(second))
        assert tally(rows) == {"better": 0, "worse": 1, "same": 1, "new": 0}
        assert (rows[0].now.question, rows[0].verdict.kind) == (PORT.question, "worse")
        gone = [one for one in rows[0].passages if one["now"] is None]
        assert any("published" in one["passage"]["text"] for one in gone)
        assert run_before(first) is None


def test_it_offers_itself_after_a_change(taught: Course, tess: User) -> None:
    chosen = kept(tess, taught)
    run = ran(chosen)
    assert not is_stale(run.set, run)
    rewrite(taught, "networks", "# Networks\n\nAnother text.")
    assert is_stale(fresh(run).set, run)


def test_it_compares_nothing_with_a_question_that_was_changed(taught: Course, tess: User) -> None:
    chosen = kept(tess, taught)
    ran(chosen)
    with acting_as(tess):
        QualityQuestion.objects.filter(question=PORT.question).update(expected=["volumes"])
        second = ran(chosen)
        assert tally(compared(second, run_before(second)))["new"] == 1


def test_it_goes_on_where_a_killed_run_stopped(taught: Course, tess: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 1)
    asked: list[str] = []
    with acting_as(SYSTEM):
        run = leases.ask_for_run(kept(tess, taught), is_told=False)
    real = running._asked

    def once_only(course: Course, part: list[QualityQuestion]) -> list[QualityResult]:
        asked.append(part[0].question)
        if len(asked) == 2:
            raise OSError("the network is away")
        return real(course, part)

    monkeypatch.setattr(running, "_asked", once_only)
    assert not running.run_set(run.pk)
    assert (fresh(run).state, fresh(run).done, fresh(run).deliveries) == ("processing", 1, 1)
    with acting_as(SYSTEM):
        QualityRun.objects.filter(pk=run.pk).update(leased_until="2020-01-01T00:00Z")
    assert running.run_set(run.pk)
    assert (len(asked), fresh(run).state, len(results(run))) == (3, "completed", 2)


def test_it_begins_again_when_the_index_moves(taught: Course, tess: User, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, real = kept(tess, taught), running._finish

    def moved(held: leases.Held, course: Course) -> None:
        rewrite(taught, "networks", "# Networks\n\nMoved meanwhile.")
        monkeypatch.setattr(running, "_finish", real)
        real(held, course)

    monkeypatch.setattr(running, "_finish", moved)
    run = ran(chosen)
    assert (run.state, "changed during the run" in run.error_message) == ("processing", True)
    with acting_as(SYSTEM):
        QualityRun.objects.filter(pk=run.pk).update(leased_until="2020-01-01T00:00Z")
    assert running.run_set(run.pk)
    assert (fresh(run).state, fresh(run).generation) == ("completed", fresh(run).set.course.index_generation)


def test_it_sets_a_run_aside_after_three_tries(taught: Course, tess: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(running, "_asked", away)
    with acting_as(SYSTEM):
        run = leases.ask_for_run(kept(tess, taught), is_told=False)
    for _try in range(3):
        running.run_set(run.pk)
        with acting_as(SYSTEM):
            QualityRun.objects.filter(pk=run.pk, state="processing").update(leased_until="2020-01-01T00:00Z")
    assert (fresh(run).state, fresh(run).error_message) == ("failed", "OSError: away")
    assert leases.claim(run.pk) is None


def test_it_runs_a_set_once_at_a_time(taught: Course, tess: User) -> None:
    chosen = kept(tess, taught)
    with acting_as(tess):
        assert leases.ask_for_run(chosen).pk == leases.ask_for_run(chosen).pk
    (waiting,) = leases.waiting()
    assert leases.claim(waiting)
    assert leases.claim(waiting) is None


def test_it_keeps_a_question_in_its_own_course(taught: Course, tess: User) -> None:
    chosen = kept(tess, taught)
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO quality_questions (set_id, course_id, question, expected, expected_answer, source)"
            " VALUES (%s, gen_random_uuid(), 'Why?', '[\"x\"]', '', 'hand')", [chosen.pk],
        )  # fmt: skip


def test_it_runs_the_sets_of_a_course_as_a_command(taught: Course, tess: User) -> None:
    kept(tess, taught)
    out = StringIO()
    call_command("evaluate", "quality", "--course", taught.slug, "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert (result["questions"], result["First day"]["hit@1"], result["First day"]["new"]) == (2, 1.0, 2)
    call_command("evaluate", "quality", "--course", taught.slug, "--set", "First day", stdout=out)
    assert "same: 2" in out.getvalue()
    with pytest.raises(CommandError, match="no such set"):
        call_command("evaluate", "quality", "--course", taught.slug, "--set", "Second day", stdout=out)
