"""Rex sees why an index update failed and lets it be tried again."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.indexing import request_update
from learning.models import ContentUpdate
from tests.conftest import PASSWORD

LIST = reverse("admin:learning_contentupdate_changelist")


@pytest.fixture
def failed(course: Course) -> ContentUpdate:
    with acting_as(SYSTEM):
        update = request_update(course, update_type="manual", triggered_by="admin", wake=False)
        rows = ContentUpdate.objects.filter(pk=update.pk)
        rows.update(status="processing")
        rows.update(status="failed", error_message="no room on the disk", deliveries=3)
        return rows.get()


@pytest.mark.django_db(transaction=True)
def test_it_shows_why_an_update_failed_and_tries_again(rex: User, failed: ContentUpdate) -> None:
    client = _signed_in(rex)
    assert "no room on the disk" in client.get(LIST).content.decode()
    client.post(LIST, {"action": "try_again", "_selected_action": [str(failed.pk)]})
    with acting_as(SYSTEM):
        assert ContentUpdate.objects.get(pk=failed.pk).status == "pending"


@pytest.mark.django_db(transaction=True)
def test_it_is_for_admins_alone(ada: User) -> None:
    assert _signed_in(ada).get(LIST).status_code in {302, 403, 404}


def _signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("sign-in"), {"username": person.email, "password": PASSWORD})
    return client
