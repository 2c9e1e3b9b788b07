"""Shorthands for reading a stream of events in a test."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from ai.prompts import coach_request
from ai.providers import ChatRequest, Event, Finished, Source, TextDelta

SOURCES = (
    Source(
        1,
        "Volumes",
        "A volume keeps data when the container is removed. Create one:\n\n```bash\ndocker volume create data\n```",
    ),
    Source(2, "Networks", "Containers on the same network find each other by name. Docker runs a small DNS server for this."),
)
QUESTION = "How do I keep data when a container is removed?"


def request(question: str = QUESTION, sources: tuple[Source, ...] = SOURCES, **more) -> ChatRequest:
    return coach_request(question=question, sources=sources, **more)


async def read(stream: AsyncIterator[Event]) -> list[Event]:
    async with aclosing(stream) as events:
        return [event async for event in events]


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Finished) for event in events) == 1
    return events[-1]
