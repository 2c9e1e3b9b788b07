"""The quirks of each vendor type that speaks the OpenAI protocol: a small table, so that one implementation serves them all."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Profile:
    base_url: str  # used when the operator names none
    vendor: str = ""  # its id in the price list; without one the price is looked up by address
    tokens_field: str = "max_tokens"
    asks_for_usage: bool = True  # send stream_options.include_usage
    complete: frozenset[str] = frozenset({"stop"})  # finish reasons of a whole answer
    null_is_complete: bool = False  # may end a whole answer without a finish reason
    is_free: bool = False  # runs on the operator's own machine


# Servers of other makers: vLLM, llama.cpp, text-generation-inference and gateways all know these words.
COMPATIBLE = Profile(base_url="", complete=frozenset({"stop", "end_turn", "eos_token", "stop_sequence"}))

PROFILES = {
    "openai": Profile("https://api.openai.com/v1", vendor="openai", tokens_field="max_completion_tokens"),
    "claude": Profile("https://api.anthropic.com/v1/", vendor="anthropic", complete=frozenset({"stop", "end_turn"})),
    "gemini": Profile("https://generativelanguage.googleapis.com/v1beta/openai/", vendor="google"),
    "mistral": Profile("https://api.mistral.ai/v1", vendor="mistral", asks_for_usage=False),
    "ollama": Profile("http://127.0.0.1:11434/v1", null_is_complete=True, is_free=True),
    "compatible": COMPATIBLE,
}


def profile_for(kind: str, base_url: str) -> Profile:
    """The profile of a type; a type that is given an address of another maker follows the common rules. KeyError if unknown."""
    profile = PROFILES[kind]
    is_elsewhere = base_url and urlsplit(base_url).hostname != urlsplit(profile.base_url).hostname
    return COMPATIBLE if kind == "openai" and is_elsewhere else profile
