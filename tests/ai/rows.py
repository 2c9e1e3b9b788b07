"""Providers as rows of the test's database, and what this process knows of them forgotten."""

from ai.models import AIProvider
from ai.providers import configured
from tests.fake_vendor import Running

QUICK = {"connect": 0.5, "first_token": 2.0, "between_tokens": 1.0, "total": 8.0}


def make_row(name: str, url: str, *, model: str = "fake-good", priority: int = 1, enabled: bool = True, **config) -> AIProvider:
    """A row that points at a server on this machine; behind an admin's or the system's door."""
    said = {"model": model, "base_url": url, "timeouts": QUICK, **config}
    made = AIProvider.objects.create(name=name, type="compatible", priority=priority, enabled=enabled, config=said)
    configured.forget()
    return made


def fake_row(vendor: Running, name: str = "house", **more) -> AIProvider:
    return make_row(name, vendor.url, **more)
