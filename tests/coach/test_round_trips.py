"""Between a claimed question and its first word the database is asked four times, counted on the wire."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest
from django.db import connection

from accounts.models import User
from courses.models import Course
from tests.conftest import PASSWORD
from tests.live import serving
from tests.wire import Wire, counted

CLAIM, EVIDENCE = "WITH claimed AS", "INSERT INTO ai_coach_responses"


def sign_in(client: httpx.Client, person: User) -> None:
    page = client.get("/account/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    form = {"username": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    assert client.post("/account/sign-in/", data=form).status_code == 302


def stream_address(client: httpx.Client, course: Course, question: str) -> str:
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "HX-Request": "true"}
    form = {"question": question, "key": str(uuid.uuid4()), "place": ""}
    answer = client.post(f"/coach/{course.slug}/ask", data=form, headers=headers)
    found = re.search(r'sse-connect="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1].replace("&amp;", "&")


def trips_to_first_word(client: httpx.Client, course: Course, wire: Wire) -> int:
    """How many there were from the claim up to the evidence, before which no word is said: claim, search, evidence, the
    reader's own sign-in, and the page's commit when the page has claimed."""
    wire.reset()
    page = client.get(stream_address(client, course, "How do containers find each other?")).text
    assert "event: text" in page
    first, last = (next(at for at, said in enumerate(wire.statements) if part in said) for part in (CLAIM, EVIDENCE))
    return last - first + 1


@contextmanager
def through_wire() -> Iterator[tuple[str, Wire]]:
    """The address of the test's database through a proxy, and the proxy's counter."""
    place = connection.settings_dict
    own = Path(place["HOST"]) / f".s.PGSQL.{place['PORT'] or 5432}"
    with counted(own) as (folder, wire):
        yield f"postgres://{place['USER']}:{quote(place['PASSWORD'])}@/{folder}/{place['NAME']}", wire


@pytest.mark.parametrize(("at_ask", "most"), [("0", 4), ("1", 5)], ids=["begun by the stream", "begun by the page"])
@pytest.mark.django_db(transaction=True)
def test_it_needs_four_round_trips_to_the_first_word(taught: Course, ada: User, at_ask: str, most: int) -> None:
    with (
        through_wire() as (address, wire),
        serving(DATABASE_URL=address, ANSWER_AT_ASK=at_ask) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        sign_in(client, ada)
        for _warm in range(3):
            client.get(stream_address(client, taught, "Where do writes go?"))
        trips = trips_to_first_word(client, taught, wire)
    assert 0 < trips <= most, wire.statements[:12]
