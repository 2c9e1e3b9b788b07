"""Programs that call the API as somebody, and a question that was really answered."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.door import acting_as, actor_for
from accounts.models import User
from coach import asking
from coach.answering import answer_now
from coach.models import Query
from courses.models import Course
from tests.coach.conftest import taught

__all__ = ["taught"]


class Program(Client):
    """A client of the API with somebody's token; `send` speaks JSON both ways."""

    def __init__(self, person: User | None = None, **defaults: Any) -> None:
        if person:
            with acting_as(person):
                secret = tokens.make(person=person, name="test").secret
            defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        super().__init__(raise_request_exception=False, **defaults)

    def send(self, method: str, path: str, body: Any = None, **extra: Any) -> Any:
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.generic(method, f"/api/v1/{path}", content, content_type="application/json", **extra)


@pytest.fixture
def ada_calls(ada: User) -> Program:
    return Program(ada)


@pytest.fixture
def ben_calls(ben: User) -> Program:
    return Program(ben)


def ask_and_answer(
    learner: User, course: Course, question: str = "Should I use a volume or a bind mount for the files of a database?"
) -> Query:
    with acting_as(learner):
        query = asking.ask(learner=learner, course=course, question=question, key=uuid.uuid4(), now=timezone.now())
    asyncio.run(answer_now(query.pk, actor_for(learner)))
    return query


@pytest.fixture
def answered(taught: Course, ada: User) -> Query:
    return ask_and_answer(ada, taught)
