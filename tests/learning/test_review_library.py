"""Verified answers and the audit log in the admin pages: filters, ids, caps; and who gives the rights of review."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.approving import approve, may
from learning.models import Knowledge
from learning.undoing import recheck, undo
from tests.learning.review_cast import admin_who_may, applied_item, put_item, queries_of, signed_in

pytestmark = pytest.mark.django_db

ANSWERS = reverse("admin:learning_knowledge_changelist")
AUDIT = reverse("admin:learning_auditentry_changelist")


@pytest.fixture
def office(rex: User) -> Client:
    return signed_in(rex)


def shown(office: Client, address: str, **params: str) -> list[str]:
    return [str(row) for row in office.get(address, params).context["cl"].result_list]


def test_it_keeps_live_and_retired_answers_apart(office: Client, course: Course, rex: User) -> None:
    applied_item(course, rex, "Live?")
    back = applied_item(course, rex, "Taken back?")
    applied_item(course, rex, "Doubtful?", chunk_hash="gone")
    with acting_as(rex):
        undo(item_id=back.pk, reviewer=rex, reason="No.")
    with acting_as(SYSTEM):
        recheck(course.pk)
    assert shown(office, ANSWERS, state="live") == ["Live?"]
    assert set(shown(office, ANSWERS, state="retired")) == {"Taken back?", "Doubtful?"}
    assert shown(office, ANSWERS, state="recheck") == ["Doubtful?"]
    assert shown(office, ANSWERS, q="taken") == ["Taken back?"]
    assert shown(office, ANSWERS, course__id__exact=str(course.pk))
    with acting_as(SYSTEM):
        row = Knowledge.objects.get(question="Doubtful?")
    assert b"Re-check" in office.get(reverse("admin:learning_knowledge_change", args=[row.pk])).content


def test_it_finds_entries_of_the_audit_by_table_actor_and_row(office: Client, course: Course, rex: User) -> None:
    item, other = put_item(course), applied_item(course, rex)
    with acting_as(rex):
        approve(item_id=item.pk, reviewer=rex)
    assert len(shown(office, AUDIT, q=str(item.pk))) == 2
    assert shown(office, AUDIT, actor=str(rex.pk)) == ["update learning_queue"]
    assert shown(office, AUDIT, q=str(rex.pk)) == ["update learning_queue"]
    assert set(shown(office, AUDIT, table="knowledge_base_rag")) == {"insert knowledge_base_rag"}
    assert shown(office, AUDIT, q="nothing") == []
    assert shown(office, AUDIT, table="x", actor="y")
    assert str(other.pk)[-12:] in office.get(AUDIT).content.decode()


def test_it_counts_no_further_than_the_cap(office: Client, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learning.review.library.CAP", 3)
    for number in range(6):
        put_item(course, f"{number}?")
    page = office.get(AUDIT)
    assert page.context["cl"].result_count == 3
    assert b"3+" in page.content


def test_it_stays_within_its_queries(office: Client, course: Course, rex: User) -> None:
    for number in range(20):
        applied_item(course, rex, f"{number}?")
    assert queries_of(office, ANSWERS) <= 14
    assert queries_of(office, AUDIT) <= 14


@pytest.mark.parametrize("address", [ANSWERS, AUDIT])
def test_it_is_for_admins_alone_and_read_only(address: str, client: Client, ada: User, rex: User) -> None:
    assert client.get(address).url.startswith("/account/sign-in/")
    assert signed_in(ada).get(address).status_code == 404
    assert signed_in(rex).post(f"{address}add/", {}).status_code == 403


# --- rights ---------------------------------------------------------------------------------------------------------
def test_it_gives_the_rights_of_review(office: Client, rex: User) -> None:
    max_ = admin_who_may()
    right = Permission.objects.get(codename="approve_learningitem")
    address = reverse("admin:accounts_user_change", args=[max_.pk])
    assert "Can approve learning items" in office.get(address).content.decode()
    form = {"email": max_.email, "name": "Max", "time_zone": "UTC", "role": "admin", "is_staff": "on", "is_active": "on"}
    assert office.post(address, {**form, "user_permissions": [right.pk]}).status_code == 302
    with acting_as(SYSTEM):
        max_ = User.objects.get(pk=max_.pk)
        assert may(max_, "approve")
        assert not may(max_, "undo")


def test_it_lets_nobody_give_rights_to_themselves() -> None:
    max_ = admin_who_may("reject")
    right = Permission.objects.get(codename="approve_learningitem")
    form = {"email": max_.email, "name": "Max", "time_zone": "UTC", "role": "admin", "is_staff": "on", "is_active": "on"}
    address = reverse("admin:accounts_user_change", args=[max_.pk])
    signed_in(max_).post(address, {**form, "user_permissions": [right.pk], "is_superuser": "on"})
    with acting_as(SYSTEM):
        max_ = User.objects.get(pk=max_.pk)
        assert not may(max_, "approve")
        assert may(max_, "reject")
