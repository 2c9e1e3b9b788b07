"""Open streams hold no database connection: a small pool serves many readers and everybody else."""

import contextlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from django.test import Client

from accounts import tokens
from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from tests.conftest import PASSWORD
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.live import serving

__all__ = ["fake_vendor", "fake_vendor_server"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

POOL, READERS = 2, 8
SILENCE = 6.0  # seconds until the model's first word


def with_a_token(ada: User) -> dict[str, str]:
    with acting_as(ada):
        return {"Authorization": f"Bearer {tokens.make(person=ada, name='test').secret}"}


def with_a_session(ada: User) -> dict[str, str]:
    browser = Client()
    assert browser.post("/account/sign-in/", {"username": ada.email, "password": PASSWORD}).status_code == 302
    return {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}


@pytest.mark.parametrize(
    ("known_by", "stream"), [(with_a_token, "/api/v1/queries/{}/stream"), (with_a_session, "/coach/turns/{}/stream")]
)
def test_it_streams_to_many_with_a_small_pool(
    taught: Course, ada: User, fake_vendor: Running, known_by: Callable[[User], dict[str, str]], stream: str
) -> None:
    asking = {**with_a_token(ada), "Content-Type": "application/json"}
    reading = known_by(ada)
    fake_vendor.tell("slow-first", seconds=SILENCE)
    model = {"LLM_BASE_URL": fake_vendor.url, "LLM_MODEL": "fake", "LLM_API_KEY": "none", "LLM_TYPE": "compatible"}
    with serving(DATABASE_POOL_SIZE=str(POOL), **model) as url, contextlib.ExitStack() as streams:

        def ask(number: int):
            body = json.dumps({"question": f"Which port {number}?"}).encode()
            with urlopen(Request(f"{url}/api/v1/courses/containers/queries", body, asking), timeout=30) as answer:
                query = json.load(answer)
            return streams.enter_context(urlopen(Request(url + stream.format(query["id"]), headers=reading), timeout=30))

        with ThreadPoolExecutor(4) as threads:
            opened = list(threads.map(ask, range(READERS)))
        assert all(b"event: stage" in stream.readline() for stream in opened)
        with urlopen(Request(f"{url}/api/v1/me", headers=reading), timeout=30) as me:
            assert me.status == 200, "the open streams keep the pool for themselves"
        assert all(b"event: done" in stream.read() for stream in opened)
