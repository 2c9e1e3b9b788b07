"""Workers that are killed, workers that meet, readers that look in the middle, and Redis away."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from config.celery import app
from courses.models import Course
from learning import updates
from learning.indexing import request_update, run_update
from learning.models import ContentChunk, ContentUpdate
from learning.tasks import sweep_content_updates
from learning.updates import waiting_updates
from tests.conftest import enrol, make_course, make_person
from tests.learning.index_cast import CountingEmbedder, change, expire, fill, live, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course() -> Course:
    made = make_course()
    fill(made, chapters=90)  # more than four batches
    return made


@pytest.fixture
def ada(course: Course) -> User:
    person = make_person("Ada")
    enrol(person, course)
    return person


def ask(course: Course) -> ContentUpdate:
    return request_update(course, update_type="incremental", triggered_by="automatic", wake=False)


def worker(update: ContentUpdate, seconds: float) -> "subprocess.Popen[str]":
    name = connections["default"].settings_dict["NAME"]
    command = [sys.executable, "-m", "tests.learning.index_worker", name, str(update.pk), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def everything_once(course: Course) -> bool:
    with acting_as(SYSTEM):
        rows = ContentChunk.objects.filter(course=course)
        places = list(rows.values_list("content_type", "chapter_id", "lab_id", "position"))
    return len(places) == len(set(places)) == len(live(course)) > 0


@pytest.mark.parametrize("batches", [1, 3])
def test_it_goes_on_where_a_killed_worker_stopped(course: Course, batches: int) -> None:
    update = ask(course)
    process = worker(update, 0.2)
    for _batch in range(batches):
        assert process.stdout.readline().startswith("batch")
    process.kill()
    process.wait()
    assert state(update).status == "processing"
    assert not run_update(update.pk, embedder=CountingEmbedder())  # its lease still holds
    expire(update)
    embedder = CountingEmbedder()
    assert run_update(update.pk, embedder=embedder)
    assert everything_once(course)
    saved = len(live(course)) - len(embedder.texts)
    assert saved in {64 * (batches - 1), 64 * batches}  # the signal may come a moment late
    assert state(update).deliveries == 2
    assert update.chunks_embedded == update.chunks_updated == update.chunks_total == len(live(course))


def test_it_gives_the_lease_back_when_it_is_told_to_stop(course: Course) -> None:
    update = ask(course)
    process = worker(update, 5)
    process.stdout.readline()
    process.send_signal(2)
    process.wait()
    assert "KeyboardInterrupt" in state(update).error_message


def test_it_gives_an_update_to_one_of_two_workers(course: Course) -> None:
    update = ask(course)
    one, two = worker(update, 0.05), worker(update, 0.05)
    ends = sorted(process.communicate(timeout=60)[0].splitlines()[-1] for process in (one, two))
    assert ends == ["done False", "done True"]
    assert everything_once(course)
    assert state(update).deliveries == 1


def test_it_runs_one_update_of_a_course_at_a_time(course: Course) -> None:
    first = ask(course)
    process = worker(first, 0.2)
    process.stdout.readline()
    second = ask(course)
    assert not run_update(second.pk, embedder=CountingEmbedder())
    process.communicate(timeout=60)
    assert run_update(second.pk, embedder=CountingEmbedder())
    assert everything_once(course)


def test_it_never_shows_half_an_index(course: Course, ada: User) -> None:
    update = ask(course)
    run_update(update.pk, embedder=CountingEmbedder())
    old = len(live(course))
    change(course, "c1", "Short now.")
    seen: set[int] = set()
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read_on, ada, course, seen, over)
        update = request_update(course, update_type="full", triggered_by="manual", wake=False)
        run_update(update.pk, embedder=CountingEmbedder())
        time.sleep(0.1)
        over.set()
        reader.result()
    assert seen == {old, len(live(course))}
    assert old != len(live(course))


def read_on(person: User, course: Course, seen: set[int], over: threading.Event) -> None:
    """What the person's searches would see, again and again, in one statement each."""
    while not over.is_set():
        with acting_as(person):
            seen.add(ContentChunk.objects.filter(course=course, generation=F("course__index_generation")).count())
    connection.close()


def test_it_waits_in_its_row_while_redis_is_away(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "current_app", away())
    began = time.monotonic()
    update = request_update(course, update_type="manual", triggered_by="manual")
    assert time.monotonic() - began < 3
    assert state(update).status == "pending"
    assert waiting_updates() == [update.pk]


def test_it_sends_waiting_rows_again(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    update, sent = ask(course), []
    monkeypatch.setattr(updates, "current_app", type("App", (), {"send_task": lambda _self, *a, **k: sent.append((a, k))})())
    sweep_content_updates()
    assert [kwargs["args"] for _, kwargs in sent] == [[str(update.pk)]]


def away() -> Any:
    """The project's Celery, with a broker that nobody listens at."""
    from celery import Celery

    lonely = Celery("lonely", broker="redis://127.0.0.1:1/0", set_as_current=False)
    lonely.conf.broker_transport_options = app.conf.broker_transport_options
    lonely.conf.task_publish_retry = app.conf.task_publish_retry
    return lonely
