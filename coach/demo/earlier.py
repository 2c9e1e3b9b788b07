"""The weeks before: four learners of an earlier group, what they asked, what Tess replied, and what the coach learnt of it.

Everything goes through the same deeds as any question, in the order in which it happened, so that a question asked after a reply
went live is answered from it; then it is dated back. It refuses to begin twice: a group that has asked anything is left alone.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.door import SYSTEM, acting_as, actor_for
from accounts.models import User
from ai.providers.configured import without_models
from coach import replying, settling
from coach.answering import answer_now
from coach.asking import ask
from coach.counting import count_anew
from coach.demo.earlier_words import EARLIER, MEETING, POOR, Past
from coach.demo.past import date_back
from coach.escalating import ask_trainer
from coach.models import Escalation, Query
from coach.rating import rate
from coach.remembering import remember
from courses.models import Course, Enrolment
from learning.applying import process
from learning.correcting import correct
from learning.digesting import digest, embed_memory
from learning.metrics import fold
from learning.models import ConversationMemory, CorrectionEffect, Knowledge, LearningItem
from learning.repeats import look_back

CORRECTION = LearningItem.SourceType.CORRECTION


@dataclass(frozen=True)
class Group:
    """Who takes part."""

    course: Course
    learners: dict[str, User]
    tess: User
    now: datetime


def ask_earlier(course: Course, tess: User, *, now: datetime) -> int:
    """Live through the earlier weeks unless they have been; the number of questions."""
    group = Group(course, _learners(course, tess), tess, now)
    with acting_as(SYSTEM):
        if Query.objects.filter(course=course, learner__in=group.learners.values()).exists():
            return 0
    with without_models():
        for past in sorted(EARLIER, key=lambda one: -one.days_ago):
            _live_through(group, past)
    return len(EARLIER)


def _learners(course: Course, tess: User) -> dict[str, User]:
    """The group's accounts. Nobody can sign in with them."""
    names = dict.fromkeys(past.who for past in EARLIER)
    with acting_as(SYSTEM):
        return {name: _learner(name, course, tess) for name in names}


def _learner(name: str, course: Course, tess: User) -> User:
    email = f"{name.lower()}@example.com"
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=f"{name} Learner")
    Enrolment.objects.get_or_create(course=course, learner=person, defaults={"trainer": tess})
    return person


def _live_through(group: Group, past: Past) -> None:
    learner, when = group.learners[past.who], group.now - timedelta(days=past.days_ago)
    key = uuid5(NAMESPACE_URL, f"demo:{past.who}:{past.days_ago}:{past.question}")
    with acting_as(learner):
        query = ask(learner=learner, course=group.course, question=past.question, key=key, now=when, place_id=past.place_id)
    asyncio.run(answer_now(query.pk, actor_for(learner)))
    remember(query.pk)
    with acting_as(learner):
        query = Query.objects.with_answer().get(pk=query.pk)
        if past.rating:
            rate(response=query.response, learner=learner, rating=past.rating)
        escalation = getattr(query, "escalation", None)
        if escalation is None and (past.reply or past.rating == POOR):
            escalation = ask_trainer(query=query)
    with acting_as(SYSTEM):
        date_back(query.pk, when)
    if escalation:
        _reply(group, past, escalation, when)
    embed_memory()


def _reply(group: Group, past: Past, escalation: Escalation, when: datetime) -> None:
    replied, teaches = when + timedelta(hours=past.reply_after), past.teaches and bool(past.reply)
    with acting_as(group.tess):
        replying.reply(escalation, replying.Reply(past.reply or MEETING, teach=teaches), group.tess)
        settling.settle(group.tess, [escalation.pk])
    with acting_as(SYSTEM):
        rows = Escalation.objects.filter(pk=escalation.pk)
        rows.update(first_replied_at=replied, replied_at=replied, resolved_at=replied, taught_at=replied, mail_due_at=None)
    if teaches:
        _learn(group, past, escalation.query_id, replied)


def _learn(group: Group, past: Past, query_id: UUID, replied: datetime) -> None:
    memory = remember(query_id)
    if memory is None:
        return
    with acting_as(group.tess):
        made = correct(conversation=memory, trainer=group.tess, corrected_answer=past.reply, priority="urgent")
    digest()
    live = replied + timedelta(hours=past.live_after)
    with acting_as(SYSTEM):
        item = LearningItem.objects.get(source_type=CORRECTION, source_id=made.pk)
        process([item.pk])
        LearningItem.objects.filter(pk=item.pk).update(reviewed_at=replied, applied_at=live)
        Knowledge.objects.filter(item_id=item.pk).update(created_at=live, verified_at=replied)
        entries = Knowledge.objects.filter(item_id=item.pk).values("entry_id")
        CorrectionEffect.objects.filter(entry_id__in=entries).update(live_at=live)


def settle_figures(course: Course) -> None:
    """The figures as if they had been kept all along: counted anew from what was dated back."""
    fold()
    with acting_as(SYSTEM):
        for item in LearningItem.objects.filter(course=course, conversation_id__isnull=False):
            asked = ConversationMemory.objects.filter(pk__in=[item.conversation_id]).first()
            if asked is not None:
                came_in = item.reviewed_at or asked.created_at  # at its time, not while the demo was loaded
                LearningItem.objects.filter(pk=item.pk).update(created_at=came_in)
    fold()
    while look_back():
        continue
    count_anew(course.pk)
