"""Who is asked, in which order: the line of providers for one request.

A provider that names the request's course comes before one that names its feature, and both before those that serve everything;
among equals the place in the line decides. Left out, without cost and with a line in the log: who has no key, cannot do
what is needed, or could not hold the request.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ai.pricing import count_tokens
from ai.providers.described import Described
from ai.providers.events import ChatRequest, Provider

logger = logging.getLogger("aicoach.providers")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that could be asked. `said` is what its row says; None for the one of the settings, which serves everything."""

    provider: Provider
    priority: int = 0
    said: Described | None = None

    @property
    def hedge_after(self) -> float:
        """Seconds to wait for the first token before a second one is asked; 0 for never."""
        return self.said.hedge_after_ms / 1000 if self.said else 0.0


def line_for(request: ChatRequest, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those that may be asked for this request, first choice first."""
    length = tokens_of(request)
    fitting = [candidate for candidate in candidates if _serves(candidate.said, request)]
    able = [candidate for candidate in fitting if not _left_out(candidate, request, length)]
    return tuple(sorted(able, key=lambda candidate: _rank(candidate, request)))


def tokens_of(request: ChatRequest) -> int:
    """An estimate of what the request and its answer take of a model's context."""
    said = sum(count_tokens(message.content) for message in request.messages)
    return said + count_tokens(request.so_far) + request.max_tokens


def _serves(said: Described | None, request: ChatRequest) -> bool:
    if said is None:
        return True
    return (not said.courses or request.course in said.courses) and (not said.features or request.feature in said.features)


def _left_out(candidate: Candidate, request: ChatRequest, length: int) -> bool:
    for reason in _reasons(candidate.said, request, length):
        logger.info("provider.left_out provider=%s reason=%s", candidate.provider.name, reason)
        return True
    return False


def _reasons(said: Described | None, request: ChatRequest, length: int) -> Iterator[str]:
    if said and said.context_length and length > said.context_length:
        yield "context_length"
    if said and request.needs - said.capabilities:
        yield "capabilities"


def _rank(candidate: Candidate, request: ChatRequest) -> tuple[bool, bool, int, str]:
    said = candidate.said
    return not (said and said.courses), not (said and said.features), candidate.priority, candidate.provider.name
