"""How often somebody may do something: atomic counters in Redis, shared by all processes.

`allow` answers at once and never raises: while Redis is away each process counts for itself. It refuses nothing by itself;
the door that asked decides what to do with the verdict.
"""

import functools
import logging
import math
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

import redis
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

log = logging.getLogger("aicoach.limits")

PAUSE = 10.0  # seconds during which Redis is left alone after it did not answer
IPV6_NETWORK = 64  # bits: one household or host gets at least that much, so single addresses mean nothing


@dataclass(frozen=True)
class Verdict:
    """Whether it may go on; otherwise after how many whole seconds to try again."""

    allowed: bool
    retry_after: int = 0

    def __bool__(self) -> bool:
        return self.allowed


@dataclass
class _Outage:
    until: float = 0.0  # on the monotonic clock

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self.until

    def begin(self) -> None:
        self.until = time.monotonic() + PAUSE


outage = _Outage()
_one_at_a_time = threading.Lock()  # in memory the window is read and written in two steps


def allow(kind: str, key: object, deeds: int = 1) -> Verdict:
    """Count deeds of `kind` (a name in settings.RATE_LIMITS) by `key`, and say whether all are within the limit."""
    rule, name = _rule(settings.RATE_LIMITS[kind]), _name(kind, key)
    if not outage.is_on:
        try:
            return _count(_shared(), rule, name, deeds)
        except redis.RedisError as error:
            outage.begin()
            log.warning("limits_without_redis kind=%s error=%s", kind, type(error).__name__)
    with _one_at_a_time:
        return _count(_own(), rule, name, deeds)


def forget(kind: str, key: object) -> None:
    """Start the count again: a sign-in that worked must not count against the next one."""
    rule, name = _rule(settings.RATE_LIMITS[kind]), _name(kind, key)
    _own().clear(rule, name)
    if not outage.is_on:
        try:
            _shared().clear(rule, name)
        except redis.RedisError:
            outage.begin()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, coarse enough that one person cannot be many."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        parsed = ip_address(address)
    except ValueError:
        return "local"
    return str(ip_network((parsed, IPV6_NETWORK), strict=False)) if isinstance(parsed, IPv6Address) else address


def _count(limiter: SlidingWindowCounterRateLimiter, rule: RateLimitItem, name: str, deeds: int) -> Verdict:
    if limiter.hit(rule, name, cost=deeds):
        return Verdict(True)
    reset = limiter.get_window_stats(rule, name).reset_time
    return Verdict(False, max(1, math.ceil(reset - time.time())))


def _name(kind: str, key: object) -> str:
    """No address and no id stands in Redis in the clear."""
    return f"{kind}:{sha256(str(key).encode()).hexdigest()[:32]}"


@functools.cache
def _rule(text: str) -> RateLimitItem:
    return parse(text)


def _limiter(storage: Storage) -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage)


@functools.cache
def _shared() -> SlidingWindowCounterRateLimiter:
    pool = redis.ConnectionPool.from_url(
        settings.REDIS_URL, socket_timeout=settings.REDIS_TIMEOUT, socket_connect_timeout=settings.REDIS_TIMEOUT
    )
    return _limiter(RedisStorage("redis://", connection_pool=pool, key_prefix="aicoach-limits"))


@functools.cache
def _own() -> SlidingWindowCounterRateLimiter:
    return _limiter(MemoryStorage())
