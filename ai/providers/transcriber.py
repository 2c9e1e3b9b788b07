"""The service that writes down recordings, as the settings name it. Light: a page may ask without loading a vendor's SDK."""

from django.conf import settings

from ai.providers.addresses import RefusedAddress, check_url
from ai.providers.profiles import PROFILES


def is_configured() -> bool:
    """Whether this installation can write down recordings."""
    return bool(settings.TRANSCRIPTION_MODEL and (settings.TRANSCRIPTION_BASE_URL or settings.TRANSCRIPTION_API_KEY))


def wrong() -> str | None:
    """What is wrong with the settings, in words that hold no secret; None when they can be used or nothing is set."""
    try:
        check_url(base_url())
    except RefusedAddress as error:
        return f"TRANSCRIPTION_BASE_URL is refused: {error}."
    return None


def base_url() -> str:
    """The address that is called; OpenAI's when none is named."""
    return str(settings.TRANSCRIPTION_BASE_URL) or PROFILES["openai"].base_url
