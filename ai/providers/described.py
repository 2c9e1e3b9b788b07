"""What the `config` of a provider's row says, checked: the one reading of that JSON, for the form, the router and the tests.

Refuses what would send a key to a place it does not belong: a key is the name of an environment variable that ends in
`_API_KEY`, and an address stands on a list that the operator of the machine keeps, not the admin of the site.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ai.providers.addresses import RefusedAddress, check_url
from ai.providers.profiles import PROFILES

KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,80}_API_KEY")
DEFAULT_KEYS = {
    "openai": "OPENAI_API_KEY",
    "claude": "ANTHROPIC_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
}
CAPABILITIES = ("text", "images", "json", "tools")
ON_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
MOST_SECONDS = 600.0
MOST_CONTEXT = 20_000_000  # tokens


class WrongConfig(ValueError):
    """What is wrong, for a person, and in which part of the JSON."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part, self.message = part, message


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; None for the installation's own."""

    connect: float | None = None
    first_token: float | None = None
    between_tokens: float | None = None
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """A provider's row in words that were checked. Empty `features` and `courses` mean all of them."""

    type: str
    model: str
    base_url: str
    key: str = ""
    features: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()
    context_length: int | None = None  # tokens
    capabilities: frozenset[str] = frozenset({"text"})
    timeouts: Timeouts = field(default_factory=Timeouts)
    hedge_after_ms: int = 0  # 0: never ask a second one at the same time

    @property
    def is_connected(self) -> bool:
        """Whether the key that it needs is in the environment of this process."""
        return not self.key or bool(os.environ.get(self.key))

    @property
    def secret(self) -> str:
        return os.environ.get(self.key, "") if self.key else ""


def describe(kind: str, config: Mapping[str, Any]) -> Described:
    """Raises WrongConfig. The extractive provider has nothing to describe and is refused here too."""
    if kind not in PROFILES:
        raise WrongConfig("type", _("This type needs no connection."))
    if unknown := sorted(set(config) - KNOWN):
        raise WrongConfig("config", _("Unknown settings: %(names)s.") % {"names": ", ".join(unknown)[:200]})
    model = _text(config, "model")
    if not model or len(model) > 200:
        raise WrongConfig("model", _("Name the model, as the vendor writes it."))
    base_url = _text(config, "base_url")
    _check_address(kind, base_url)
    return Described(
        type=kind,
        model=model,
        base_url=base_url,
        key=_key(kind, config),
        features=_words(config, "features"),
        courses=_words(config, "courses"),
        context_length=_whole(config, "context_length", MOST_CONTEXT) or None,
        capabilities=_capabilities(config),
        timeouts=_timeouts(config),
        hedge_after_ms=_whole(config, "hedge_after_ms", 60_000),
    )


def allowed_hosts() -> set[str]:
    """The vendors' own, this machine, and what the operator added with PROVIDER_HOSTS."""
    vendors = {urlsplit(profile.base_url).hostname or "" for profile in PROFILES.values()}
    return (vendors | ON_THIS_MACHINE | {host.lower() for host in settings.PROVIDER_HOSTS}) - {""}


def _check_address(kind: str, base_url: str) -> None:
    if not base_url:
        if PROFILES[kind].base_url:
            return
        raise WrongConfig("base_url", _("Another server needs its address, such as http://127.0.0.1:8000/v1."))
    try:
        check_url(base_url)
    except RefusedAddress as error:
        raise WrongConfig("base_url", _("The address is refused: %(why)s.") % {"why": error}) from None
    host = (urlsplit(base_url).hostname or "").lower()
    if host not in allowed_hosts():
        message = _("The operator of this machine has not allowed %(host)s. Add it to PROVIDER_HOSTS in the environment.")
        raise WrongConfig("base_url", message % {"host": host[:200]})


def _key(kind: str, config: Mapping[str, Any]) -> str:
    """The name of the variable; a vendor's own type has its usual one unless another is named."""
    name = _text(config, "key") or DEFAULT_KEYS.get(kind, "")
    if name and not KEY_NAME.fullmatch(name):
        raise WrongConfig("key", _("Name an environment variable that ends in _API_KEY. The key itself must not stand here."))
    host = (urlsplit(_text(config, "base_url")).hostname or "").lower()
    owner = next((vendor for vendor, usual in DEFAULT_KEYS.items() if usual == name), "")
    own_host = urlsplit(PROFILES[owner].base_url).hostname if owner else None
    if own_host and (host or urlsplit(PROFILES[kind].base_url).hostname) != own_host:
        raise WrongConfig("key", _("%(name)s belongs to %(host)s and is sent nowhere else.") % {"name": name, "host": own_host})
    return name


def _text(config: Mapping[str, Any], part: str) -> str:
    value = config.get(part, "")
    if not isinstance(value, str):
        raise WrongConfig(part, _("This has to be a text."))
    return value.strip()


def _words(config: Mapping[str, Any], part: str) -> frozenset[str]:
    value = config.get(part) or []
    if not isinstance(value, list) or not all(isinstance(word, str) and 0 < len(word) <= 100 for word in value):
        raise WrongConfig(part, _("This has to be a list of names."))
    return frozenset(value)


def _capabilities(config: Mapping[str, Any]) -> frozenset[str]:
    found = _words(config, "capabilities") or frozenset({"text"})
    if unknown := sorted(found - set(CAPABILITIES)):
        raise WrongConfig("capabilities", _("Unknown: %(names)s.") % {"names": ", ".join(unknown)})
    return found | {"text"}


def _whole(config: Mapping[str, Any], part: str, most: int) -> int:
    value = config.get(part) or 0
    if type(value) is not int or not 0 <= value <= most:
        raise WrongConfig(part, _("This has to be a whole number from 0 to %(most)d.") % {"most": most})
    return value


def _timeouts(config: Mapping[str, Any]) -> Timeouts:
    value = config.get("timeouts") or {}
    names = {one.name for one in fields(Timeouts)}
    is_number = isinstance(value, dict) and all(
        type(seconds) in (int, float) and 0 < seconds <= MOST_SECONDS for seconds in value.values()
    )
    if not is_number or set(value) - names:
        raise WrongConfig("timeouts", _("Each has to be a number of seconds from 0 to %(most)d.") % {"most": MOST_SECONDS})
    return Timeouts(**{name: float(seconds) for name, seconds in value.items()})


KNOWN = {one.name for one in fields(Described)} - {"type"}
