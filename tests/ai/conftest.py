"""What the tests of this app share: the fake vendor, and a provider that knows its address."""

from collections.abc import Callable

import pytest
import redis
from django.conf import settings

from ai.providers.breaker import shared
from ai.providers.openai_compatible import Limits, OpenAICompatible
from ai.providers.profiles import PROFILES, Profile
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server

__all__ = ["fake_vendor", "fake_vendor_server"]

# Short, so that a test of silence is short; each bound is far enough from the next to tell them apart.
QUICK = Limits(connect=0.5, first_token=0.6, between_tokens=0.5, total=4.0)


@pytest.fixture
def vendor(fake_vendor: Running) -> Callable[..., OpenAICompatible]:
    """Makes a provider of the fake vendor."""

    def make(
        model: str = "fake", *, limits: Limits = QUICK, profile: Profile = PROFILES["compatible"], **more
    ) -> OpenAICompatible:
        values = {"name": "fake", "base_url": fake_vendor.url, "api_key": "secret-key", **more}
        return OpenAICompatible(model=model, profile=profile, limits=limits, **values)

    return make


@pytest.fixture(autouse=True)
def forgiving_breaker():
    """No test suffers for the failures of another."""
    shared().troubled.clear()
    shared().away_until = 0.0
    yield
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter("aicoach:breaker:*"):
        store.delete(key)
