"""Checks one piece of a vendor's stream: the SDK builds its objects without validating anything."""

import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from openai.types.chat import ChatCompletionChunk

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
    if not isinstance(chunk, ChatCompletionChunk):
        raise _wrong("chunk")
    choices: Any = getattr(chunk, "choices", None)
    if choices is None:
        choices = []
    if not isinstance(choices, list):
        raise _wrong("choices")
    usage = _usage(getattr(chunk, "usage", None))
    if not choices:
        return Piece(usage=usage)
    delta = getattr(choices[0], "delta", None)
    finish = getattr(choices[0], "finish_reason", None)
    if not isinstance(finish, str | None):
        raise _wrong("finish_reason")
    return Piece(_text(getattr(delta, "content", None)), bool(getattr(delta, "refusal", None)), finish, usage)


def _text(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str):
        raise _wrong("content")
    return UNPRINTABLE.sub("", content)


def _usage(usage: object) -> Usage | None:
    prompt, said = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    if not (_is_count(prompt) and _is_count(said)):
        return None
    cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)
    return Usage(prompt, said, cached if _is_count(cached) and cached <= prompt else 0)


def _is_count(number: object) -> TypeGuard[int]:
    return type(number) is int and 0 <= number < 2**31


def _wrong(part: str) -> ProviderError:
    return ProviderError(Kind.BAD_RESPONSE, detail=f"wrong shape of {part}")
