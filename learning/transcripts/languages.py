"""Which language a transcript is in, because what reads it without a model reads English. Pure."""

from functools import lru_cache
from typing import Any

READ = 5_000  # characters
LEAST = 40  # characters below which anything is a guess
SURE = 0.9


def language_of(text: str) -> str:
    """The language as ISO 639-1, empty when it cannot be told."""
    sample = text[:READ]
    if len(sample.strip()) < LEAST:
        return ""
    code, surety = _identifier().classify(sample)
    return str(code) if surety >= SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # The model takes 0.4 s to load; only a worker that reads a transcript needs it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
