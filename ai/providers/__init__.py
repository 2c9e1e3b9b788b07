"""The seam to language models: values in, events out. Vendors are known in this package alone."""

from ai.providers.events import (
    Attempt,
    ChatRequest,
    Event,
    Finished,
    Message,
    ProviderError,
    Source,
    Switched,
    TextDelta,
    Usage,
)
from ai.providers.routing import stream

__all__ = [
    "Attempt",
    "ChatRequest",
    "Event",
    "Finished",
    "Message",
    "ProviderError",
    "Source",
    "Switched",
    "TextDelta",
    "Usage",
    "stream",
]
