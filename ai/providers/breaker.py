"""Leaves a failing provider alone for a while, for all processes at once, and tries it again with a single request.

The state lives in Redis and so survives restarts. When Redis is away everything is allowed: the breaker spares waiting, it
protects nothing. Requests that were our own fault do not count.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeVar

import redis
from django.conf import settings

from ai.providers.events import Kind, ProviderError

Result = TypeVar("Result")
Key = TypeVar("Key")
Word = Literal["closed", "open", "half_open"]

logger = logging.getLogger("aicoach.providers")

FAILURES = 3  # in a row, then the provider rests
WINDOW = 300  # seconds after which a failure is forgotten
REST = 30  # seconds; also the pause after a 429 that names none
LONG_REST = 900  # seconds after a refused key or an unpaid bill: only a person can mend these
PROBE = 60  # seconds during which one request alone tries a rested provider; longer than a first token may take
STORE_TIMEOUT = 0.3  # seconds; the learner waits for this
STORE_PAUSE = 5.0  # seconds without asking a store that did not answer

INNOCENT = {Kind.BAD_REQUEST, Kind.DECLINED, Kind.LEAKED, Kind.UNANSWERED}
NEEDS_A_PERSON = {Kind.REFUSED_KEY, Kind.UNPAID}


@dataclass(frozen=True, slots=True)
class State:
    """`open` for so many seconds more: not asked; `half_open`: one request alone tries it; `closed`: asked as usual."""

    word: Word
    seconds: int


@lru_cache(maxsize=4)
def _store(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT)


@dataclass
class Breaker:
    """Asked before each call and told after it. `url` is the address of the Redis that keeps the state."""

    url: str
    away_until: float = 0.0
    troubled: set[str] = field(default_factory=set)  # those whose failures a success must wipe out

    async def allows(self, identity: str) -> bool:
        """Whether this provider may be called now."""
        return await self._with_store(True, self._allows, identity)

    async def succeeded(self, identity: str) -> None:
        if identity not in self.troubled:
            return
        self.troubled.discard(identity)
        await self._with_store(None, self._forget, identity)

    async def failed(self, identity: str, error: ProviderError) -> None:
        if error.kind in INNOCENT:
            return
        if error.kind in NEEDS_A_PERSON:
            logger.error("provider.disabled provider=%s kind=%s seconds=%d", identity, error.kind, LONG_REST)
        await self._with_store(None, self._count, identity, error)

    def _allows(self, identity: str) -> bool:
        resting, failures = _store(self.url).mget(_key(identity, "rest"), _key(identity, "failures"))
        if resting is not None:
            return False
        if failures:
            self.troubled.add(identity)
        if int(failures or 0) < FAILURES:
            return True
        return bool(_store(self.url).set(_key(identity, "probe"), 1, nx=True, ex=PROBE))

    def _forget(self, identity: str) -> None:
        _store(self.url).delete(*(_key(identity, part) for part in ("rest", "failures", "probe")))

    def _count(self, identity: str, error: ProviderError) -> None:
        failures = int(_store(self.url).incr(_key(identity, "failures")))
        self.troubled.add(identity)
        pause = rest_after(error, failures)
        with _store(self.url).pipeline() as pipe:
            pipe.expire(_key(identity, "failures"), max(WINDOW, 2 * pause))
            pipe.delete(_key(identity, "probe"))
            if pause:
                pipe.set(_key(identity, "rest"), str(error.kind), ex=pause)
            pipe.execute()

    async def _with_store(self, otherwise: Result, act: Callable[..., Result], *words: object) -> Result:
        """What `act` returns, run in a thread; `otherwise` when the store is, or was a moment ago, away."""
        if time.monotonic() < self.away_until:
            return otherwise
        try:
            return await asyncio.to_thread(act, *words)
        except redis.RedisError:
            self.away_until = time.monotonic() + STORE_PAUSE
            logger.warning("provider.breaker_store_away")
            return otherwise


def states(identities: Mapping[Key, str]) -> dict[Key, State]:
    """How each is treated just now, for people to look at; nothing of them while the store is away."""
    if not identities:
        return {}
    try:
        with _store(shared().url).pipeline(transaction=False) as pipe:
            for identity in identities.values():
                pipe.ttl(_key(identity, "rest"))
                pipe.get(_key(identity, "failures"))
            said = pipe.execute()
    except redis.RedisError:
        return {}
    pairs = zip(said[::2], said[1::2], strict=True)
    return {key: _state(rest, int(failures or 0)) for key, (rest, failures) in zip(identities, pairs, strict=True)}


def _state(rest: int, failures: int) -> State:
    if rest > 0:
        return State("open", rest)
    return State("half_open", 0) if failures >= FAILURES else State("closed", 0)


def rest_after(error: ProviderError, failures: int) -> int:
    """Whole seconds to leave a provider alone after its n-th failure in a row; 0 to go on."""
    if error.kind in NEEDS_A_PERSON:
        return LONG_REST
    if error.kind is Kind.RATE_LIMITED:
        return max(1, round(error.retry_after if error.retry_after is not None else REST))
    return REST if failures >= FAILURES else 0


def _key(identity: str, part: str) -> str:
    return f"aicoach:breaker:{identity}:{part}"


@lru_cache(maxsize=1)
def shared() -> Breaker:
    """The breaker of this process."""
    return Breaker(settings.REDIS_URL)
