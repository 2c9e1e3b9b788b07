"""Wrong settings are told at start-up, each with an id, before they surprise anybody.

`aicoach.E001` the serving database role can get around row-level security; also refused at the first connection
`aicoach.E002` a rate limit cannot be read
`aicoach.E003` the embedding provider is unknown or lacks its address
`aicoach.E005` the type or the address of the model cannot be used
`aicoach.E006` the address for transcriptions cannot be used
`aicoach.W001` a model is configured by halves
`aicoach.W003` the transcription of recordings is configured by halves
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from limits import parse

from ai.providers import configured, transcriber

SERVING = "default"
WAYS_AROUND = """
SELECT r.rolsuper OR r.rolbypassrls, r.rolcreaterole,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
  FROM pg_roles r WHERE r.rolname = current_user
"""
ADVICE = (
    "Connect as a role with NOSUPERUSER NOBYPASSRLS NOCREATEROLE that owns no table; python -m config.embedded.roles makes it."
)
EMBEDDING_PROVIDERS = ("local", "remote")


def ways_around(connection: BaseDatabaseWrapper) -> list[str]:
    """How the connection's role could get around the policies; empty when it cannot."""
    with connection.cursor() as cursor:
        cursor.execute(WAYS_AROUND)
        bypasses, makes_roles, owns = cursor.fetchone()
    found = {"it is a superuser or has BYPASSRLS": bypasses, "it can make roles": makes_roles, "it owns tables": owns}
    return [words for words, is_so in found.items() if is_so]


def refuse_bypassing_role(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of connection_created: looks once in each process. Raises ImproperlyConfigured."""
    if connection.alias != SERVING or refuse_bypassing_role.__dict__.get("seen"):
        return
    if found := ways_around(connection):
        raise ImproperlyConfigured(f"The serving database role is refused: {', '.join(found)}. {ADVICE}")
    refuse_bypassing_role.__dict__["seen"] = True


@register(Tags.database)
def role_is_bound(app_configs: Any, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    if SERVING not in (databases or ()):
        return []
    try:
        found = ways_around(connections[SERVING])
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=ADVICE, id="aicoach.E001")]
    return [Error(f"The serving database role: {words}.", hint=ADVICE, id="aicoach.E001") for words in found]


@register()
def limits_are_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"RATE_LIMITS[{kind!r}] cannot be read: {text!r}.", hint="Write 20/minute.", id="aicoach.E002")
        for kind, text in settings.RATE_LIMITS.items()
        if not _is_limit(text)
    ]


def _is_limit(text: str) -> bool:
    try:
        return bool(parse(text))
    except ValueError:
        return False


@register()
def embedding_is_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.EMBEDDING_PROVIDER not in EMBEDDING_PROVIDERS:
        return [Error("EMBEDDING_PROVIDER is neither local nor remote.", id="aicoach.E003")]
    if settings.EMBEDDING_PROVIDER == "remote" and not settings.EMBEDDING_BASE_URL:
        return [Error("EMBEDDING_PROVIDER is remote, but EMBEDDING_BASE_URL is empty.", id="aicoach.E003")]
    return []


@register()
def model_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if bool(settings.LLM_MODEL) == bool(settings.LLM_BASE_URL or settings.LLM_API_KEY):
        return []
    hint = "Set LLM_MODEL with LLM_BASE_URL or LLM_API_KEY; until then the extractive provider answers."
    return [Warning("A model is configured by halves.", hint=hint, id="aicoach.W001")]


@register()
def model_can_be_used(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    problem = configured.wrong() if settings.LLM_MODEL else None
    return [Error(problem, id="aicoach.E005")] if problem else []


@register()
def transcription_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if problem := transcriber.wrong():
        return [Error(problem, id="aicoach.E006")]
    is_begun = settings.TRANSCRIPTION_MODEL or settings.TRANSCRIPTION_BASE_URL or settings.TRANSCRIPTION_API_KEY
    if not is_begun or transcriber.is_configured():
        return []
    hint = "Set TRANSCRIPTION_MODEL with TRANSCRIPTION_BASE_URL or TRANSCRIPTION_API_KEY; until then recordings are refused."
    return [Warning("The transcription of recordings is configured by halves.", hint=hint, id="aicoach.W003")]
