"""From a recording to words, by any service that speaks OpenAI's /audio/transcriptions.

One request and one deadline; another try is the caller's matter, who has the recording and a queue. Nothing of the answer is
believed before it is checked: shape, size, times, characters. Refuses redirects, addresses nobody should call, and to begin
without an address or a model. Whatever goes wrong leaves as one ProviderError without private text.
"""

import asyncio
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
from django.conf import settings
from openai import BadRequestError, OpenAI

from ai.pricing import count_tokens
from ai.providers.addresses import check_resolved, check_url
from ai.providers.events import Attempt, Kind, ProviderError
from ai.providers.transcriber import base_url
from ai.providers.translating import translate

CONNECT = 5.0  # seconds
MOST_BYTES = 8 * 1024 * 1024  # of an answer: a day of talk with its times
MOST_SEGMENTS = 20_000
LONGEST_SEGMENT = 4_000  # characters
LONGEST_TIME = 100 * 3600  # seconds
PLAIN_ONLY = "gpt-4o"  # models that give no times and refuse to be asked for them


@dataclass(frozen=True, slots=True)
class Segment:
    """Times in ms, None where the service gives none."""

    start: int | None
    end: int | None
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcription:
    segments: tuple[Segment, ...]
    language: str  # as the service says it, mostly ISO 639-1; may be empty


def transcribe(sound: bytes, *, name: str, media_type: str, attempts: list[Attempt]) -> Transcription:
    """What is said in the recording; `name` tells the service its format. Appends the attempt. Raises ProviderError."""
    began = time.monotonic()
    try:
        transcription = _transcribe(sound, name, media_type, began + settings.TRANSCRIPTION_TIMEOUT)
    except Exception as error:
        known = translate(error, started=False)
        attempts.append(_attempt(began, known))
        raise known from None
    attempts.append(_attempt(began, None, " ".join(segment.text for segment in transcription.segments)))
    return transcription


def _transcribe(sound: bytes, name: str, media_type: str, deadline: float) -> Transcription:
    check_url(base_url())
    asyncio.run(check_resolved(base_url()))
    with httpx2.Client(follow_redirects=False) as http, _client(http) as client:
        wanted = "json" if settings.TRANSCRIPTION_MODEL.startswith(PLAIN_ONLY) else "verbose_json"
        try:
            body = _ask(client, (name, sound, media_type), wanted, deadline)
        except BadRequestError:  # some know no answer with times, and say so in many ways
            if wanted == "json":
                raise
            body = _ask(client, (name, sound, media_type), "json", deadline)
    return read(body)


def _client(http: httpx2.Client) -> OpenAI:
    key = settings.TRANSCRIPTION_API_KEY or "none"  # the SDK insists on one; servers of one's own ignore it
    return OpenAI(base_url=base_url(), api_key=key, max_retries=0, http_client=http)


def _ask(client: OpenAI, file: tuple[str, bytes, str], wanted: Any, deadline: float) -> bytes:
    """The answer's bytes, read until the deadline and up to the most that we accept."""
    left = max(deadline - time.monotonic(), 0.001)
    answer = client.audio.transcriptions.with_streaming_response.create(
        model=settings.TRANSCRIPTION_MODEL,
        file=file,
        response_format=wanted,
        timeout=httpx2.Timeout(left, connect=min(CONNECT, left)),
    )
    body = bytearray()
    with answer as response:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise ProviderError(Kind.TOO_LONG)
            if time.monotonic() > deadline:
                raise ProviderError(Kind.TIMEOUT)
    return bytes(body)


def read(body: bytes) -> Transcription:
    """The checked answer. Raises ProviderError for a page, garbage, a wrong shape, and for silence (`empty`)."""
    try:
        answer = json.loads(body)
        segments = tuple(_segments(answer))
        language = answer.get("language") or ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ProviderError(Kind.BAD_RESPONSE, detail=type(error).__name__) from None
    if not segments:
        raise ProviderError(Kind.EMPTY)
    return Transcription(segments, language[:20] if isinstance(language, str) else "")


def _segments(answer: dict[str, Any]) -> Iterator[Segment]:
    found = answer.get("segments") or []
    if not found:
        yield from _parts(None, None, "", answer["text"])
    if len(found) > MOST_SEGMENTS:
        raise ValueError(len(found))
    for segment in found:
        start, end = _ms(segment["start"]), _ms(segment["end"])
        yield from _parts(start, max(start, end), segment.get("speaker") or "", segment["text"])


def _parts(start: int | None, end: int | None, speaker: str, text: str) -> Iterator[Segment]:
    if not isinstance(text, str) or not isinstance(speaker, str):
        raise TypeError(type(text))
    text = " ".join(_stored(text).split())
    for at in range(0, len(text), LONGEST_SEGMENT):
        yield Segment(start, end, " ".join(_stored(speaker).split())[:80], text[at : at + LONGEST_SEGMENT])


def _stored(text: str) -> str:
    """Without what PostgreSQL cannot keep and no screen can show."""
    return "".join(c if c.isprintable() or c.isspace() else " " for c in text)


def _ms(seconds: Any) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise TypeError(type(seconds))
    return round(min(max(seconds, 0), LONGEST_TIME) * 1000)


def _attempt(began: float, error: ProviderError | None, text: str = "") -> Attempt:
    return Attempt(
        provider="transcription",
        model=settings.TRANSCRIPTION_MODEL,
        success=error is None,
        error_class=str(error.kind) if error else "",
        prompt_tokens=0,
        completion_tokens=count_tokens(text),
        cost=None,  # billed by the minute, which the price list does not know
        first_token_ms=None,
        total_ms=round((time.monotonic() - began) * 1000),
        detail=error.detail if error else "",
    )
