"""The desk's pages: who gets in, the walk from a question to its settled reply, bounds."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import telling
from coach.models import Escalation, Query
from courses.models import Course
from tests.desk.conftest import HTMX, UNKNOWN, now_, pass_on
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_walks_from_the_question_to_the_settled_reply(taught: Course, ada: User, tess: User) -> None:
    escalation = pass_on(ada, taught, UNKNOWN)
    assert escalation.reason == Escalation.Reason.UNSURE
    desk, learner = signed_in(tess), signed_in(ada)
    page = desk.get("/desk/").content.decode()
    assert UNKNOWN in page
    assert "1 waiting" in page
    sent = desk.post(f"/desk/{escalation.pk}/reply", {"reply": "With **pg_basebackup**.", "teach": "on", "priority": "high"})
    assert sent.status_code == 302
    row = now_(escalation)
    assert (row.status, row.teach, row.priority, row.signed) == ("responded", True, "high", "Tess")
    page = learner.get("/coach/containers/").content.decode()
    assert "Reply from Tess" in page and "<strong>pg_basebackup</strong>" in page
    assert 'class="news"' in page
    assert learner.post(f"/coach/turns/{row.query_id}/seen").status_code == 204
    assert 'class="news"' not in learner.get("/coach/containers/").content.decode()
    assert learner.post(f"/coach/turns/{row.query_id}/settled", {"settled": "yes"}).status_code == 302
    row = now_(escalation)
    assert (row.status, row.settled, row.query.status) == ("resolved", True, Query.Status.RESOLVED)
