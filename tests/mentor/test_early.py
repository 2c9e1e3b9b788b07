"""The mentor's answer begins with the page that saves its question, and goes on although nobody ever asks for its stream."""

import re
import time
import uuid

import httpx2 as httpx
import pytest

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from mentor.models import Chat
from tests.coach.test_round_trips import sign_in
from tests.live import serving
from tests.mentor.conftest import VOLUME, now, thread_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_answers_before_anybody_follows(taught: Course, ada: User) -> None:
    thread, waiting = thread_of(ada, taught), {Chat.Status.PENDING, Chat.Status.ANSWERING}
    with serving(ANSWER_AT_ASK="1") as url, httpx.Client(base_url=url, timeout=30) as browser:
        sign_in(browser, ada)
        headers = {"X-CSRFToken": browser.cookies["csrftoken"], "HX-Request": "true"}
        form = {"question": VOLUME, "key": str(uuid.uuid4())}
        page = browser.post(f"/mentor/{thread.pk}/ask", data=form, headers=headers).text
        address = re.search(r'sse-connect="([^"]+)"', page)
        chat = newest(ada)
        until = time.monotonic() + 15
        while now(ada, chat).status in waiting and time.monotonic() < until:
            time.sleep(0.1)
        assert now(ada, chat).status == Chat.Status.ANSWERED
        assert address
        assert "event: done" in browser.get(address[1].replace("&amp;", "&")).text


def newest(learner: User) -> Chat:
    with acting_as(learner):
        return Chat.objects.order_by("-pk").first()
