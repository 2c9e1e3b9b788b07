"""Finding out whether a provider answers: the test that an admin asks for, and the look that is taken at each from time to time.

Both read the row in one short step, speak to the network with nothing held open, and write what they saw in another. The test
streams one word and is logged as any call; the look asks for the list of models, which costs nothing, one provider at a time.
"""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from ai import request_log
from ai.models import AIProvider
from ai.providers.configured import provider_of
from ai.providers.described import Described, Timeouts, WrongConfig, describe
from ai.providers.events import Attempt, ChatRequest, Message, Provider, ProviderError
from ai.providers.reasons import NOT_CONNECTED, WRONG_CONFIG
from ai.providers.trying import attempt

SHORT = Timeouts(connect=3.0, first_token=8.0, between_tokens=4.0, total=12.0)  # somebody waits at a page
ASK = (Message("system", "You are a test of a connection."), Message("user", "Answer with the single word: ready"))
MOST_TOKENS = 1024  # room for models that think before they speak
BETWEEN_LOOKS = 300  # seconds; each look is moved by up to a tenth, so that they do not gather
MOST_LOOKS = 12  # of one run of the task
NO_LIST = {"status 404", "status 405"}  # some servers have no list of models, and say so: they are there
CLAIM = """
UPDATE ai_providers SET check_due_at = now() + make_interval(secs => %s * (0.9 + random() * 0.2))
 WHERE id = (SELECT id FROM ai_providers WHERE enabled AND check_due_at <= now()
              ORDER BY check_due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a provider did. `kind` is empty when it answered; times are in ms, `cost` in US dollars or None when unknown."""

    kind: str = ""
    model: str = ""
    first_token_ms: int | None = None
    total_ms: int | None = None
    cost: Decimal | None = None
    said: str = ""


def test_connection(provider_id: UUID, *, asked_by: UUID | None) -> Seen:
    """Stream one word from it now. Outside any door. Raises AIProvider.DoesNotExist."""
    with acting_as(SYSTEM):
        row = AIProvider.objects.get(pk=provider_id)
    provider, seen = _ready(row)
    attempts: list[Attempt] = []
    if provider:
        seen = asyncio.run(_one_word(provider, attempts))
    with acting_as(SYSTEM):
        _note(row.pk, seen)
        request_log.save(attempts, user_id=asked_by, feature="test")
    return seen


def look_at_due() -> int:
    """Look at every provider whose time has come, one after the other; how many. Outside any door."""
    looked = 0
    while looked < MOST_LOOKS and (row := _claim()):
        provider, seen = _ready(row)
        if provider:
            seen = asyncio.run(_look(provider))
        with acting_as(SYSTEM):
            _note(row.pk, seen)
        looked += 1
    return looked


def _claim() -> AIProvider | None:
    """The next that is due, its next look already set: a process that dies here delays one look and repeats none."""
    with acting_as(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [BETWEEN_LOOKS])
            found = cursor.fetchone()
        return AIProvider.objects.get(pk=found[0]) if found else None


def _ready(row: AIProvider) -> tuple[Provider | None, Seen]:
    """The provider with short timeouts; or None, and what is to be said at once."""
    if row.is_last_resort:
        return None, Seen(model="sentences-v1", total_ms=0, cost=Decimal(0))
    try:
        said = describe(row.type, row.config)
    except WrongConfig:
        return None, Seen(WRONG_CONFIG)
    if not said.is_connected:
        return None, Seen(NOT_CONNECTED, said.model)
    return provider_of(row.name, _hurried(said)), Seen()


def _hurried(said: Described) -> Described:
    return Described(said.type, said.model, said.base_url, said.key, timeouts=SHORT)


async def _one_word(provider: Provider, attempts: list[Attempt]) -> Seen:
    request = ChatRequest(ASK, (), "", max_tokens=MOST_TOKENS, feature="test")
    words: list[str] = []
    try:
        async with aclosing(attempt(provider, request, attempts)) as events:
            async for event in events:
                words.append(getattr(event, "text", ""))
    except ProviderError as error:
        return Seen(error.kind, provider.model, attempts[-1].first_token_ms, attempts[-1].total_ms)
    done = attempts[-1]
    return Seen("", provider.model, done.first_token_ms, done.total_ms, done.cost, "".join(words).strip()[:60])


async def _look(provider: Provider) -> Seen:
    begun = time.perf_counter()
    try:
        await provider.look()
    except ProviderError as error:
        if error.detail not in NO_LIST:
            return Seen(error.kind, provider.model, total_ms=_ms(begun))
    return Seen("", provider.model, total_ms=_ms(begun))


def _ms(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)


def _note(provider_id: UUID, seen: Seen) -> None:
    """Behind the system's door. Only the columns of health: an admin may be changing the others."""
    status = {"": AIProvider.Health.HEALTHY, NOT_CONNECTED: AIProvider.Health.NOT_CONNECTED}.get(
        seen.kind, AIProvider.Health.FAILING
    )
    AIProvider.objects.filter(pk=provider_id).update(
        health_status=status,
        health_detail=seen.kind,
        health_ms=seen.first_token_ms or seen.total_ms,
        last_health_check=timezone.now(),
    )
