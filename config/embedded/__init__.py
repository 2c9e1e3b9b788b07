"""PostgreSQL and Redis of this checkout, for a machine that has neither.

`ensure()` starts them, or finds them running; `stop()` ends them. Everything they own lies in one folder, `var/` of the
checkout (AICOACH_DATA names another). Refuses to serve anybody but the person who owns that folder: secrets are generated,
the socket and the data are readable by one user only, and Redis listens on the loopback address behind a password.

With DATABASE_URL set nothing here is called. With REDIS_URL set, that Redis is used and none is started.
"""

import os
from dataclasses import dataclass

from config.embedded import in_use, postgres, redis_server
from config.embedded.places import Places, default_places
from config.embedded.vault import Secrets, read_or_make_secrets

__all__ = ["Addresses", "Status", "ensure", "secret_key", "status", "stop"]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are. The database addresses are in the form django-environ reads, secrets included."""

    owner_url: str
    app_url: str
    maintenance_url: str
    redis_url: str
    broker_url: str


@dataclass(frozen=True, slots=True)
class Status:
    """What answers at this moment."""

    postgres: bool
    redis: bool


def ensure(places: Places | None = None) -> Addresses:
    """Start what does not run yet and return where it is. Safe to call from many processes at once.

    The calling process counts as a user of the servers until it ends (see `stop`). Raises EmbeddedError, in words for the
    person at the keyboard, when a server cannot be started.
    """
    here = places or default_places()
    in_use.hold(here)
    running = _running(here)
    if running:
        return running
    with in_use.starting(here):
        secrets = read_or_make_secrets(here)
        postgres.start(here, secrets)
        redis_url = os.environ.get("REDIS_URL") or redis_server.start(here, secrets)
    return _addresses(here, secrets, redis_url)


def stop(places: Places | None = None, *, even_if_used: bool = False) -> bool:
    """Stop both servers; False, with nothing done, when another process still uses them and `even_if_used` is not set."""
    here = places or default_places()
    with in_use.sole_user(here, force=even_if_used) as alone:
        if not alone:
            return False
        postgres.stop(here)
        redis_server.stop(here)
    return True


def status(places: Places | None = None) -> Status:
    """Look, and start nothing."""
    here = places or default_places()
    return Status(postgres=postgres.is_up(here), redis=redis_server.find(here) is not None)


def secret_key(places: Places | None = None) -> str:
    """Django's SECRET_KEY of this checkout, made on first use and kept with the other secrets."""
    here = places or default_places()
    with in_use.starting(here):
        return read_or_make_secrets(here).secret_key


def _running(here: Places) -> Addresses | None:
    redis_url = os.environ.get("REDIS_URL") or redis_server.find(here)
    if not (redis_url and here.secrets.exists() and postgres.is_up(here) and postgres.is_prepared(here)):
        return None
    return _addresses(here, read_or_make_secrets(here), redis_url)


def _addresses(here: Places, secrets: Secrets, redis_url: str) -> Addresses:
    return Addresses(
        owner_url=postgres.url(here, "aicoach_owner", secrets.owner),
        app_url=postgres.url(here, "aicoach_app", secrets.app),
        maintenance_url=postgres.url(here, "aicoach_maintenance", secrets.maintenance),
        redis_url=redis_url,
        broker_url=redis_url,
    )
