"""Checks one piece of a vendor's stream, which comes as whatever JSON the vendor made."""

import re
from dataclasses import dataclass
from typing import TypeGuard

from ai.providers.events import Kind, ProviderError, Usage

# Control characters that no answer needs, NUL that PostgreSQL cannot store, and halves of surrogate pairs.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str = ""
    refusal: bool = False
    finish: str | None = None
    usage: Usage | None = None


def read(chunk: object) -> Piece:
    """What a chunk says, cleaned; ProviderError(BAD_RESPONSE) when it has another shape than the protocol's."""
    if not isinstance(chunk, dict):
        raise _wrong("chunk")
    choices = chunk.get("choices") or []
    if not isinstance(choices, list):
        raise _wrong("choices")
    usage = _usage(chunk.get("usage"))
    if not choices:
        return Piece(usage=usage)
    choice = _object(choices[0], "choice")
    delta = _object(choice.get("delta"), "delta")
    finish = choice.get("finish_reason")
    if not isinstance(finish, str | None):
        raise _wrong("finish_reason")
    return Piece(_text(delta.get("content")), bool(delta.get("refusal")), finish, usage)


def _object(value: object, part: str) -> dict[str, object]:
    """Empty when it is left out."""
    if not isinstance(value, dict | None):
        raise _wrong(part)
    return value or {}


def _text(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str):
        raise _wrong("content")
    return UNPRINTABLE.sub("", content)


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    prompt, said, details = (usage.get(name) for name in ("prompt_tokens", "completion_tokens", "prompt_tokens_details"))
    if not (_is_count(prompt) and _is_count(said)):
        return None
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return Usage(prompt, said, cached if _is_count(cached) and cached <= prompt else 0)


def _is_count(number: object) -> TypeGuard[int]:
    return type(number) is int and 0 <= number < 2**31


def _wrong(part: str) -> ProviderError:
    return ProviderError(Kind.BAD_RESPONSE, detail=f"wrong shape of {part}")
