"""The providers this installation has, best first, as its settings name them."""

from functools import lru_cache

from django.conf import settings

from ai import pricing
from ai.providers.addresses import RefusedAddress, check_url
from ai.providers.events import Provider
from ai.providers.profiles import PROFILES, profile_for


def configured() -> tuple[Provider, ...]:
    """The model providers; empty on a machine without one. ValueError or KeyError when the settings are wrong."""
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
    return (_provider(*which, *limits),)


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
    """Do now what would make the first learner wait: import the vendor's SDK and the price list."""
    if wrong() is None and configured():
        pricing.cost("", 0, 0)


@lru_cache(maxsize=8)
def _provider(name: str, kind: str, base_url: str, model: str, key: str, *limits: float) -> Provider:
    """Kept between calls, because a provider holds open connections."""
    # The vendor's SDK takes a second and 40 MB to import, and a machine without a model never needs it.
    from ai.providers.openai_compatible import Limits, OpenAICompatible  # noqa: PLC0415

    profile = profile_for(kind, base_url)
    connect, first_token, between_tokens, total, most_bytes = limits
    bounds = Limits(connect, first_token, between_tokens, total, int(most_bytes))
    return OpenAICompatible(name, model, base_url or profile.base_url, key, profile, bounds)
