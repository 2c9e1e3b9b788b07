"""Items to review, and admins with some of the rights."""

from ipaddress import IPv4Address
from random import randrange
from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.applying import process
from learning.models import LearningItem
from tests.conftest import PASSWORD, make_person

QUEUE = reverse("admin:learning_learningitem_changelist")
WROTE = "Only with `-p`, **never** without."


def put_item(course: Course, question: str = "How do I publish a port?", **fields: Any) -> LearningItem:
    """An item as the database makes it of a correction; `fields` say otherwise."""
    usual: dict[str, Any] = {
        "source_type": "correction",
        "proposed_content": WROTE,
        "original_answer": "You cannot.",
        "question": question,
    }
    usual |= {"metadata": {"priority": "normal"}}
    with acting_as(SYSTEM):
        made = LearningItem.objects.create(course=course, **{**usual, **fields})
        return LearningItem.objects.get(pk=made.pk)


def approved_item(course: Course, rex: User, question: str = "How do I publish a port?", **fields: Any) -> LearningItem:
    return put_item(course, question, **{"status": "approved", "reviewed_by": rex, "reviewed_at": timezone.now(), **fields})


def applied_item(course: Course, rex: User, question: str = "How do I publish a port?", **fields: Any) -> LearningItem:
    item = approved_item(course, rex, question, **fields)
    with acting_as(SYSTEM):
        process([item.pk])
    return fresh(item)


def fresh(item: LearningItem) -> LearningItem:
    with acting_as(SYSTEM):
        return LearningItem.objects.get(pk=item.pk)


def page_of(item: LearningItem) -> str:
    return reverse("admin:learning_learningitem_change", args=[item.pk])


def judge_of(item: LearningItem) -> str:
    return reverse("admin:learning_learningitem_judge", args=[item.pk])


def signed_in(person: User) -> Client:
    client = Client(REMOTE_ADDR=str(IPv4Address(0x0A000000 + randrange(2**24))))  # sign-ins are counted by address
    assert client.post(reverse("sign-in"), {"username": person.email, "password": PASSWORD}).status_code == 302
    return client


def admin_who_may(*deeds: str, name: str = "Max") -> User:
    """An admin with some of the rights and no others."""
    person = make_person(name, "admin", is_staff=True)
    with acting_as(SYSTEM):
        person.user_permissions.set(Permission.objects.filter(codename__in=[f"{deed}_learningitem" for deed in deeds]))
    return person


def queries_of(client: Client, address: str) -> int:
    """How many statements a page takes, those that open and close the door included."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
