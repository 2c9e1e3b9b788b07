"""The providers this installation has: the rows that admins keep, and one more of the settings for a quick start.

The rows are read into a snapshot, so that an answer costs no trip to the database: whoever begins an answer calls `freshen`,
which reads them again beside the answer's own work when they are a few seconds old. While the database is away the last
snapshot serves. Keys are looked up in the environment and kept nowhere else.
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from accounts.door import SYSTEM, in_one_trip, trip
from ai import pricing
from ai.providers.addresses import RefusedAddress, check_url
from ai.providers.choosing import Candidate
from ai.providers.described import Described, WrongConfig, describe
from ai.providers.events import Provider
from ai.providers.profiles import PROFILES, profile_for

if TYPE_CHECKING:
    from ai.models import AIProvider  # models look up this package

logger = logging.getLogger("aicoach.providers")

FRESH = 5.0  # seconds for which a snapshot is taken as it is
PATIENCE = 1.0  # seconds that an answer waits for a reading that is under way
ROWS = "SELECT name, type, priority, config::text FROM ai_providers WHERE enabled AND type <> 'extractive'"


@dataclass
class Snapshot:
    """What this process knows of the rows, and since when (monotonic seconds)."""

    candidates: tuple[Candidate, ...] = ()
    read_at: float = float("-inf")
    is_silenced: bool = False
    reading: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.read_at < FRESH

    def take(self, rows: Sequence[tuple[Any, ...]]) -> None:
        made = (candidate(name, kind, priority, json.loads(config)) for name, kind, priority, config in rows)
        self.candidates, self.read_at = tuple(one for one in made if one), time.monotonic()


_known = Snapshot()


def freshen() -> None:
    """Begin to read the rows again when they are no longer fresh; never waits. On a running loop."""
    if _known.is_fresh or (_known.reading and not _known.reading.done() and _is_of_this_loop(_known.reading)):
        return
    _known.reading = asyncio.get_running_loop().create_task(_read(), name="read-providers")


def _is_of_this_loop(task: "asyncio.Task[None]") -> bool:
    return task.get_loop() is asyncio.get_running_loop()


async def _read() -> None:
    try:
        (rows,) = await trip(SYSTEM, (ROWS, []))
        _known.take(rows)
    except Exception as error:  # whatever it is, the answer goes on with what is known
        _known.read_at = time.monotonic()
        logger.warning("provider.rows_not_read error=%s", type(error).__name__)


def read_now() -> None:
    """The same for code without a loop: at the start of a process, and after an admin's change."""
    (rows,) = in_one_trip(SYSTEM, (ROWS, []))
    _known.take(rows)


def forget() -> None:
    """Have the next answer read the rows: after a change in this process."""
    _known.read_at = float("-inf")


@contextmanager
def without_models() -> Iterator[None]:
    """Inside, this process answers without a model: for the demo's past, which must cost nothing."""
    _known.is_silenced = True
    try:
        yield
    finally:
        _known.is_silenced = False


async def candidates() -> tuple[Candidate, ...]:
    """Everybody who could be asked, the provider of the settings before the rows; empty on a machine without a model."""
    if _known.is_silenced:
        return ()
    freshen()
    if _known.reading and not _known.reading.done() and _is_of_this_loop(_known.reading):
        await asyncio.wait([_known.reading], timeout=PATIENCE)
    return (*_of_settings(), *_known.candidates)


def candidate(name: str, kind: str, priority: int, config: Any) -> Candidate | None:
    """The provider that a row describes; None, said in the log, when it is not connected or cannot be used."""
    try:
        said = describe(kind, config)
    except WrongConfig as wrong:
        logger.warning("provider.left_out provider=%s reason=config part=%s", name, wrong.part)
        return None
    if not said.is_connected:
        logger.debug("provider.left_out provider=%s reason=not_connected variable=%s", name, said.key)
        return None
    return Candidate(provider_of(name, said), priority, said)


def provider_of(name: str, said: Described) -> Provider:
    """The provider itself, with the key from the environment and the installation's bounds where the row names none."""
    own = said.timeouts
    limits = (
        own.connect or settings.LLM_CONNECT_TIMEOUT,
        own.first_token or settings.LLM_FIRST_TOKEN_TIMEOUT,
        own.between_tokens or settings.LLM_BETWEEN_TOKENS_TIMEOUT,
        own.total or settings.LLM_TOTAL_TIMEOUT,
        settings.LLM_MAX_BYTES,
    )
    return _provider(name, said.type, said.base_url, said.model, said.secret, *limits)


def identities(rows: "Iterable[AIProvider]") -> dict[UUID, str]:
    """By what name the breaker knows each; who is not connected has none, and so has the last resort."""
    found = ((row.pk, candidate(row.name, row.type, row.priority, row.config)) for row in rows if not row.is_last_resort)
    return {pk: one.provider.identity for pk, one in found if one}


def _of_settings() -> tuple[Candidate, ...]:
    """The model that the settings name; nobody when they name none or cannot be used."""
    if not settings.LLM_MODEL:
        return ()
    limits = (
        settings.LLM_CONNECT_TIMEOUT,
        settings.LLM_FIRST_TOKEN_TIMEOUT,
        settings.LLM_BETWEEN_TOKENS_TIMEOUT,
        settings.LLM_TOTAL_TIMEOUT,
        settings.LLM_MAX_BYTES,
    )
    which = settings.LLM_NAME, settings.LLM_TYPE, settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY
    try:
        return (Candidate(_provider(*which, *limits), priority=-1),)
    except (ValueError, KeyError):
        logger.exception("provider.misconfigured")
        return ()


def wrong() -> str | None:
    """What is wrong with the settings, in words that hold no secret; None when they can be used."""
    try:
        profile = profile_for(settings.LLM_TYPE, settings.LLM_BASE_URL)
        check_url(settings.LLM_BASE_URL or profile.base_url)
    except KeyError:
        return f"LLM_TYPE must be one of {', '.join(PROFILES)}."
    except RefusedAddress as error:
        return f"LLM_BASE_URL is refused: {error}."
    return None


def warm() -> None:
    """Do now what would make the first learner wait: import the vendor's SDK and the price list, and read the rows."""
    if settings.LLM_MODEL and wrong() is None and _of_settings():
        pricing.cost("", 0, 0)
    try:
        read_now()
    except Exception as error:  # the first answer tries again
        logger.warning("provider.rows_not_read error=%s", type(error).__name__)
    finally:
        connections.close_all()  # this thread has no further use for one
    if _known.candidates:
        pricing.cost("", 0, 0)


@lru_cache(maxsize=64)
def _provider(name: str, kind: str, base_url: str, model: str, key: str, *limits: float) -> Provider:
    """Kept between calls, because a provider holds open connections."""
    # The vendor's SDK takes a second and 40 MB to import, and a machine without a model never needs it.
    from ai.providers.openai_compatible import Limits, OpenAICompatible  # noqa: PLC0415

    profile = profile_for(kind, base_url)
    connect, first_token, between_tokens, total, most_bytes = limits
    bounds = Limits(connect, first_token, between_tokens, total, int(most_bytes))
    return OpenAICompatible(name, model, base_url or profile.base_url, key, profile, bounds)
