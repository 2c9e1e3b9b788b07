"""A whole answer from a model for a worker, or nothing: what composes without a model does not speak here."""

import asyncio
from contextlib import aclosing

from ai.providers.choosing import line_for
from ai.providers.configured import candidates
from ai.providers.events import Attempt, ChatRequest, Finished, Switched, TextDelta
from ai.providers.routing import stream


def has_model() -> bool:
    """Whether any model is connected. Without an event loop in this thread."""
    return bool(asyncio.run(candidates()))


def complete(request: ChatRequest, *, attempts: list[Attempt], within: float | None = None) -> tuple[str, str] | None:
    """The text and the model's name; None without a model, when none answers `within` seconds, and when an answer is not whole.

    Call it without a connection or a transaction, and without an event loop in this thread.
    """
    return asyncio.run(completed(request, attempts=attempts, within=within))


async def completed(request: ChatRequest, *, attempts: list[Attempt], within: float | None = None) -> tuple[str, str] | None:
    """The same on a loop that runs already."""
    try:
        return await asyncio.wait_for(_complete(request, attempts), within)
    except TimeoutError:
        return None


async def _complete(request: ChatRequest, attempts: list[Attempt]) -> tuple[str, str] | None:
    if not line_for(request, await candidates()):
        return None
    text: list[str] = []
    async with aclosing(stream(request, attempts=attempts)) as events:
        async for event in events:
            if isinstance(event, Switched):
                return None
            if isinstance(event, TextDelta):
                text.append(event.text)
            if isinstance(event, Finished):
                is_whole = event.reason == "stop" and event.provider != "extractive"
                return ("".join(text), event.model) if is_whole else None
    return None
