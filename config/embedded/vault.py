"""The generated secrets of a checkout: one file, mode 0600, made once. They are never printed and never logged."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields

from config.embedded.places import EmbeddedError, Places, make_data_folder

SECRET_BYTES = 48  # 64 characters; Django asks for 50 in its key


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords of the four database roles and of Redis, and Django's key."""

    superuser: str
    owner: str
    app: str
    maintenance: str
    redis: str
    secret_key: str

    def __repr__(self) -> str:
        return "Secrets(...)"


def read_or_make_secrets(here: Places) -> Secrets:
    """The secrets of this checkout. The caller holds the starting lock, or knows that the file exists."""
    try:
        return Secrets(**json.loads(here.secrets.read_text()))
    except FileNotFoundError:
        return _make(here)
    except PermissionError as error:
        msg = f"{here.secrets} belongs to another user. Start as that user, or set AICOACH_DATA to a folder of your own."
        raise EmbeddedError(msg) from error


def _make(here: Places) -> Secrets:
    if (here.cluster / "PG_VERSION").exists():
        msg = f"{here.secrets} is gone, and with it the passwords of {here.cluster}. Put it back, or move {here.postgres} away."
        raise EmbeddedError(msg)
    make_data_folder(here)
    made = Secrets(**{field.name: secrets.token_urlsafe(SECRET_BYTES) for field in fields(Secrets)})
    half = here.secrets.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    half.rename(here.secrets)
    return made
