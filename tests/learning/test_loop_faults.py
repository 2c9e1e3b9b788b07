"""The learning loop with its parts broken: real workers that are killed, several at once, Redis gone, two reviewers at once.

Whatever breaks, nothing is applied twice, nothing is lost, and whoever acts notices nothing.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import redis
from django.db import connection
from django.utils import timezone

from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import teaching
from coach.escalation_models import UNDO
from coach.models import Escalation, Query
from coach.replying import Reply, reply
from courses.models import Course
from learning.applying import apply_learning
from learning.models import Knowledge, LearningItem, OwnerCorrection
from learning.waking import APPLY_TASK
from tests.api.conftest import Program
from tests.coach.conftest import taught
from tests.coach.test_round_trips import sign_in
from tests.conftest import make_person
from tests.learning.loop_parts import OwnRedis, connection_as_system, hold, own_redis, quick_beat, soon, worker
from tests.learning.test_learning_loop import ASKED, PARAPHRASE, REPLY, again, ask, corrected
from tests.learning.test_learning_rules import approved
from tests.live import serving

__all__ = ["taught"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@pytest.fixture
def ready(taught: Course, ada: User, tess: User) -> list[LearningItem]:
    """Approved items: one that answers a real question, and four versions of one answer."""
    return [corrected(ask(ada, taught, ASKED), tess, priority="urgent"), *approved(ada, taught, tess, 4)]


def versions() -> Counter[Any]:
    with acting_as(SYSTEM):
        return Counter(Knowledge.objects.values_list("item_id", flat=True))


def all_applied() -> bool:
    with acting_as(SYSTEM):
        return not LearningItem.objects.exclude(status="applied").exists()


def receipts() -> list[dict[str, Any]]:
    with acting_as(SYSTEM):
        return list(LearningItem.objects.order_by("pk").values_list("receipt", flat=True))


def finish(items: list[LearningItem]) -> None:
    """What the next runs make of it: all of it, once."""
    assert soon(lambda: apply_learning() and all_applied() and all(receipts()), every=0.5)
    assert versions() == Counter({item.pk: 1 for item in items})
    with acting_as(SYSTEM):
        assert not OwnerCorrection.objects.filter(applied_at=None).exists()
        assert Knowledge.objects.live().values("entry_id").distinct().count() == Knowledge.objects.live().count()
    kept = receipts()
    assert apply_learning().applied == []
    assert receipts() == kept


def test_it_applies_nothing_by_halves_when_a_worker_is_killed(ready: list[LearningItem], broker: OwnRedis) -> None:
    with connection_as_system() as lock, worker(broker) as process:
        hold(lock, "owner_corrections", ready[3].source_id)
        broker.send(APPLY_TASK)
        assert soon(lock.blocks_somebody)  # three items are written, the fourth waits for us
        process.kill()
        process.wait()
    assert soon(lambda: versions() == Counter())
    finish(ready)


def test_it_completes_receipts_that_a_killed_worker_left_open(ready: list[LearningItem], broker: OwnRedis) -> None:
    first = ready[0]
    with connection_as_system() as late:
        with connection_as_system() as early, worker(broker) as process, ThreadPoolExecutor(1) as pool:
            hold(early, "owner_corrections", ready[-1].source_id)
            broker.send(APPLY_TASK)
            assert soon(early.blocks_somebody)
            next_in_line = pool.submit(hold, late, "learning_queue", first.pk)  # gets the row at the commit, before the receipt
            assert soon(late.waits)
            early.raw.execute("COMMIT")  # let the worker go on
            next_in_line.result(timeout=30)
            assert soon(late.blocks_somebody)
            process.kill()
            process.wait()
        assert all_applied()
        assert receipts() == [{}] * len(ready)
        assert again(first).is_receipt_due
    finish(ready)
    item = again(first)
    assert not item.is_receipt_due
    (line,) = item.receipt["questions"]
    assert (line["question"], line["before"]["is_answered"]) == (ASKED, False)
    assert line["after"]["answer"].startswith(REPLY)
    with acting_as(SYSTEM):  # asking what was before took nothing back
        assert Knowledge.objects.get(item=first).is_live
        assert not Knowledge.objects.filter(metadata__has_key="withdrawn").exists()


def test_it_applies_everything_once_with_several_workers(ready: list[LearningItem], broker: OwnRedis) -> None:
    with worker(broker), worker(broker):
        for _message in range(6):
            broker.send(APPLY_TASK)
        assert soon(lambda: all_applied() and all(receipts()))
    finish(ready)


def test_it_applies_what_is_new_before_it_compares_what_only_waits(ready: list[LearningItem], ada: User, taught: Course) -> None:
    seen: list[bool] = []
    with acting_as(SYSTEM):
        waiting = LearningItem.objects.create(source_type="manual", course=taught, proposed_content="Later.", question="When?")

    def looked(*_progress: int) -> None:
        seen.append(again(waiting).embedding is None)

    apply_learning(progress=looked)
    assert seen[0]
    assert again(waiting).embedding is not None


# --- Redis ----------------------------------------------------------------------------------------------------------
def test_it_keeps_everything_while_redis_is_away_and_learns_when_it_is_back(
    taught: Course, ada: User, tess: User, rex: User, broker: OwnRedis
) -> None:
    first, second = ask(ada, taught, ASKED), ask(ada, taught, "How do I paint the training rack?")
    judged = corrected(ask(ada, taught, "Where is the key of the training room?"), tess, "In the blue box.")
    with serving(**broker.environment) as url, httpx.Client(base_url=url, timeout=30) as learner:
        sign_in(learner, ada)
        assert learner.get("/readyz").json()["redis"] is True
        broker.kill()
        began = time.monotonic()
        said = post(learner, f"/coach/turns/{second.pk}/feedback", {"rating": "not_helpful", "feedback_text": "No paint."})
        put = call(url, tess, "POST", f"queries/{first.pk}/corrections", {"corrected_answer": REPLY, "priority": "urgent"})
        approve = call(url, rex, "POST", f"queue/{judged.pk}/approve", {})
        assert (said.status_code, put.status_code, approve.status_code) == (302, 201, 200)
        assert "Traceback" not in said.text + put.text + approve.text
        assert time.monotonic() - began < 20
        with acting_as(SYSTEM):
            statuses = LearningItem.objects.values_list("source_type", "status")
            assert sorted(statuses) == [("correction", "approved"), ("correction", "approved"), ("feedback", "pending")]
        broker.start()  # with nothing in it: the messages are lost
        with worker(broker), quick_beat(broker):
            assert soon(lambda: not ready_items())
            assert soon(lambda: embedded() == 3)
    assert ask(ada, taught, PARAPHRASE).response.label == "verified"


def ready_items() -> list[Any]:
    with acting_as(SYSTEM):
        return list(LearningItem.objects.ready())


def embedded() -> int:
    with acting_as(SYSTEM):
        return LearningItem.objects.exclude(embedding=None).count()


def post(browser: httpx.Client, path: str, form: dict[str, str]) -> httpx.Response:
    return browser.post(path, data=form, headers={"X-CSRFToken": browser.cookies["csrftoken"]})


def call(url: str, person: User, method: str, path: str, body: Any = None) -> httpx.Response:
    """The API of a server, from a connection of its own."""
    try:
        with acting_as(person):
            secret = tokens.make(person=person, name="test").secret
    finally:
        connection.close()
    return httpx.request(method, f"{url}/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {secret}"}, timeout=30)


# --- People at the same instant --------------------------------------------------------------------------------------
def test_it_lets_one_of_two_admins_win_and_tells_the_other(taught: Course, ada: User, tess: User, rex: User) -> None:
    rae = make_person("Rae", "admin", is_staff=True, is_superuser=True)
    start = threading.Barrier(2)
    with serving() as url:
        items = [corrected(ask(ada, taught, ASKED), tess, f"Answer {n}.") for n in range(3)]
        for item in items:

            def approve(person: User, path: str = f"queue/{item.pk}/approve") -> httpx.Response:
                start.wait()
                return call(url, person, "POST", path, {"content": f"As {person.name} puts it."})

            with ThreadPoolExecutor(2) as pool:
                won, late = sorted(pool.map(approve, (rex, rae)), key=lambda answer: answer.status_code)
            assert (won.status_code, late.status_code) == (200, 409)
            winner = again(item).reviewed_by_id
            name = {rex.pk: "Rex", rae.pk: "Rae"}[winner]
            assert late.json()["error"]["decided"]["by"] == name
            assert again(item).proposed_content == f"As {name} puts it."


# --- Time to knowledge -----------------------------------------------------------------------------------------------
def test_it_teaches_as_soon_as_a_reply_cannot_be_taken_back(
    taught: Course, ada: User, ben: User, tess: User, broker: OwnRedis, record_property: Any
) -> None:
    """With no beat: only the messages that a reply and its correction send."""
    query = ask(ada, taught, ASKED)
    with acting_as(tess):
        reply(Escalation.objects.get(query=query), Reply(REPLY, priority="urgent"), tess)
    with worker(broker, pool="prefork"):
        broker.send("accounts.clear_sessions")
        assert soon(lambda: not waiting_in(broker))  # the worker is there
        closes = timezone.now() + timedelta(seconds=2)
        with acting_as(SYSTEM):
            Escalation.objects.filter(query=query).update(replied_at=closes - UNDO)
        broker.send(teaching.TEACH_TASK, eta=closes + teaching.MARGIN)
        assert soon(lambda: all_live(1), every=0.02)
        late = (timezone.now() - closes).total_seconds()
    record_property("seconds_after_the_window", round(late, 2))
    assert late > 0, "not while it may be taken back"
    assert late < 15  # on a busy machine; alone it takes about a second
    assert ask(ben, taught, PARAPHRASE).response.label == "verified"


def waiting_in(broker: OwnRedis) -> int:

    return int(redis.Redis.from_url(broker.url).llen("celery"))


def all_live(count: int) -> bool:
    with acting_as(SYSTEM):
        return Knowledge.objects.live().count() == count


def test_it_sends_word_when_a_reply_is_taught_and_when_something_is_approved(
    taught: Course, ada: User, tess: User, rex: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []
    app = type("App", (), {"send_task": lambda _self, task, eta=None, **_how: sent.append((task, eta))})()
    monkeypatch.setattr("learning.waking.current_app", app)
    query = ask(ada, taught, ASKED)
    with acting_as(tess):
        row = reply(Escalation.objects.get(query=query), Reply(REPLY), tess)
        assert sent == []  # not before the commit
    assert sent == [(teaching.TEACH_TASK, row.replied_at + UNDO + teaching.MARGIN)]
    sent.clear()
    item = corrected(query, tess)  # waits for a person
    assert sent == []
    assert Program(rex).send("POST", f"queue/{item.pk}/approve", {}).status_code == 200
    corrected(query, tess, priority="high")
    assert sent == [(APPLY_TASK, None)] * 2
    with acting_as(SYSTEM):
        assert Query.objects.count() == 1
