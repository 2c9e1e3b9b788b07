"""The providers this installation has, best first, as its settings name them."""

from functools import lru_cache

from django.conf import settings

from ai.providers.events import Provider


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


@lru_cache(maxsize=8)
def _provider(name: str, kind: str, base_url: str, model: str, key: str, *limits: float) -> Provider:
    """Kept between calls, because a provider holds open connections."""
    # The vendor's SDK takes a second and 40 MB to import, and a machine without a model never needs it.
    from ai.providers.openai_compatible import Limits, OpenAICompatible  # noqa: PLC0415
    from ai.providers.profiles import profile_for  # noqa: PLC0415

    profile = profile_for(kind, base_url)
    connect, first_token, between_tokens, total, most_bytes = limits
    bounds = Limits(connect, first_token, between_tokens, total, int(most_bytes))
    return OpenAICompatible(name, model, base_url or profile.base_url, key, profile, bounds)
