"""Replies: one wins, colleagues see who writes, undo and edit, the same reply to many, the mail, the learner's word."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import holding, replying, settling, telling
from coach.escalation_models import LEASE
from coach.models import Escalation, Query
from coach.replying import Reply
from courses.models import Course
from tests.conftest import enrol, make_person
from tests.desk.conftest import KNOWN, UNKNOWN, now_, pass_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(taught: Course, theo: User) -> Escalation:
    """Nobody's own learner asks: Tess and Theo both have it."""
    cleo = make_person("Cleo")
    enrol(cleo, taught)
    return pass_on(cleo, taught)


def test_it_gives_a_question_to_one_of_two_trainers(shared: Escalation, tess: User, theo: User) -> None:
    def take(person: User) -> bool:
        try:
            with acting_as(person):
                return holding.claim(Escalation.objects.get(pk=shared.pk), person)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (tess, theo))) == [False, True]


def test_it_lets_one_of_two_replies_win(shared: Escalation, tess: User, theo: User) -> None:
    def send(person: User) -> str:
        try:
            with acting_as(person):
                replying.reply(Escalation.objects.get(pk=shared.pk), Reply(f"From {person.name}."), person)
                return "sent"
        except replying.ReplyRefused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, (tess, theo))) == ["answered", "sent"]
    row = now_(shared)
    assert row.reply == f"From {row.signed}."


def test_it_tells_the_second_who_holds_it(shared: Escalation, tess: User, theo: User) -> None:
    with acting_as(tess):
        assert holding.claim(Escalation.objects.get(pk=shared.pk), tess)
    with acting_as(theo):
        row = Escalation.objects.get(pk=shared.pk)
        assert row.held_by_other(theo.pk, timezone.now())
        with pytest.raises(replying.ReplyRefused) as refused:
            replying.reply(row, Reply("Mine."), theo)
        assert refused.value.code == "held"
        replying.reply(row, Reply("Mine.", anyway=True), theo)
    assert now_(shared).signed == "Theo"


def test_it_frees_a_question_whose_lease_is_over(shared: Escalation, tess: User, theo: User) -> None:
    with acting_as(SYSTEM):
        Escalation.objects.filter(pk=shared.pk).update(claimed_by=tess, claimed_at=timezone.now() - LEASE - timedelta(seconds=1))
    with acting_as(theo):
        assert holding.claim(Escalation.objects.get(pk=shared.pk), theo)


def test_it_hands_a_question_to_a_colleague_who_then_sees_it(waiting: Escalation, tess: User, theo: User, ben: User) -> None:
    with acting_as(theo):
        assert not Escalation.objects.filter(pk=waiting.pk).exists()
    with acting_as(tess):
        row = Escalation.objects.get(pk=waiting.pk)
        with pytest.raises(holding.HoldRefused):
            holding.hand_on(row, ben.pk, tess)
        holding.hand_on(row, theo.pk, tess)
    with acting_as(theo):
        replying.reply(Escalation.objects.get(pk=waiting.pk), Reply("A volume."), theo)
        assert not Query.objects.filter(pk=waiting.query_id).exists()
    assert now_(waiting).status == "responded"


def test_it_takes_a_reply_back_and_lets_its_text_change(waiting: Escalation, tess: User) -> None:
    with acting_as(tess):
        row = Escalation.objects.get(pk=waiting.pk)
        replying.reply(row, Reply("A volum."), tess)
        assert replying.undo(row, tess) == "A volum."
    row = now_(waiting)
    assert (row.status, row.reply, row.mail_due_at) == ("pending", "", None)
    with acting_as(tess):
        replying.reply(row, Reply("A volum."), tess)
        replying.edit(row, Reply("A volume."), tess)
    assert now_(waiting).reply == "A volume."


def test_it_sends_one_reply_to_all_who_asked_the_same(taught: Course, ada: User, ben: User, tess: User) -> None:
    first, second = pass_on(ada, taught, UNKNOWN), pass_on(ben, taught, UNKNOWN)
    assert now_(first).same_key == now_(second).same_key != ""
    with acting_as(tess):
        replying.reply(first, Reply("With pg_basebackup."), tess)
        assert replying.reply_to_same(first, [second.pk, first.pk], Reply("With pg_basebackup."), tess) == 1
    assert (now_(second).reply, now_(second).teach) == ("With pg_basebackup.", False)


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (" \n", "empty"), ("x" * 20_001, "too_long"), ("a\x00b", "unreadable")]
)
def test_it_refuses_what_cannot_be_a_reply(waiting: Escalation, tess: User, text: str, code: str) -> None:
    with acting_as(tess), pytest.raises(replying.ReplyRefused) as refused:
        replying.reply(waiting, Reply(text), tess)
    assert refused.value.code == code


def test_it_comes_back_to_the_desk_when_it_did_not_help(waiting: Escalation, ada: User, tess: User) -> None:
    with acting_as(tess):
        replying.reply(waiting, Reply("A volume."), tess)
    with acting_as(ada):
        settling.say_unsettled(query=Query.objects.get(pk=waiting.query_id), note="Why?")
    row = now_(waiting)
    assert (row.status, row.settled, row.settled_note) == ("pending", False, "Why?")
    with acting_as(tess):
        replying.reply(row, Reply("Because it outlives the container."), tess)
    earlier = now_(waiting).earlier_replies
    assert [(said["reply"], said["note"]) for said in earlier] == [("A volume.", "Why?")]


def due(row: Escalation) -> None:
    with acting_as(SYSTEM):
        Escalation.objects.filter(pk=row.pk).update(mail_due_at=timezone.now() - timedelta(seconds=1))


def test_it_tells_the_learner_once_and_in_no_log(waiting: Escalation, tess: User, caplog: pytest.LogCaptureFixture) -> None:
    with acting_as(tess):
        replying.reply(waiting, Reply("A volume."), tess)
    assert telling.tell_learners() == 0, "not while it can be taken back"
    due(waiting)
    assert [telling.tell_learners(), telling.tell_learners()] == [1, 0]
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.com"]
    assert f"/coach/containers/?turn={waiting.query_id}" in letter.body
    assert KNOWN not in caplog.text
    assert "A volume." not in caplog.text


def test_it_sends_no_mail_about_what_was_seen(waiting: Escalation, ada: User, tess: User) -> None:
    with acting_as(tess):
        replying.reply(waiting, Reply("A volume."), tess)
    with acting_as(ada):
        Escalation.objects.filter(pk=waiting.pk).update(seen_at=timezone.now())
    due(waiting)
    assert telling.tell_learners() == 0
    assert mail.outbox == []


def test_it_stops_after_three_tries(waiting: Escalation, tess: User, settings) -> None:
    settings.EMAIL_BACKEND = "tests.desk.test_replying.Broken"
    with acting_as(tess):
        replying.reply(waiting, Reply("A volume."), tess)
    for _time in range(5):
        if now_(waiting).mail_due_at:
            due(waiting)
        telling.tell_learners()
    row = now_(waiting)
    assert (row.mail_due_at, row.mailed_at) == (None, None)


def Broken(**options):  # noqa: N802 (the setting names a class)
    raise OSError("no mail server")
