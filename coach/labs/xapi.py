"""Reading statements of the Experience API (xAPI 1.0.3, IEEE 9274.1.1 for 2.0): their shape, whom they speak of, and what they
say of a lab. Pure; what is wrong is said in words.

Source of the rules: the xAPI specification, parts two (data) and three (communication).
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.dateparse import parse_datetime, parse_duration
from django.utils.translation import gettext as _

VERSIONS = {"1.0": "1.0.3", "2.0": "2.0.0"}  # what a client may say, and what is answered
ADL = "http://adlnet.gov/expapi/verbs/"
# What a verb says of a lab. `progressed` and its like are noted and change nothing.
BEGUN, ENDED, NOTED, VOIDED = "begun", "ended", "noted", "voided"
VERBS = {
    f"{ADL}attempted": BEGUN,
    f"{ADL}initialized": BEGUN,
    f"{ADL}answered": ENDED,
    f"{ADL}passed": ENDED,
    f"{ADL}failed": ENDED,
    f"{ADL}completed": ENDED,
    f"{ADL}progressed": NOTED,
    f"{ADL}experienced": NOTED,
    f"{ADL}terminated": NOTED,
    f"{ADL}voided": VOIDED,
    "http://activitystrea.ms/schema/1.0/start": BEGUN,
    "http://activitystrea.ms/schema/1.0/complete": ENDED,
}
OUTCOME = {f"{ADL}passed": True, f"{ADL}failed": False}
PROPERTIES = {
    "id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "attachments",
}  # fmt: skip
RESULT = {"score", "success", "completion", "response", "duration", "extensions"}
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
ACTOR = {"objectType", "name", *IDENTIFIERS}
OBJECT_TYPES = ("Activity", "Agent", "Group", "StatementRef", "SubStatement")
PLACE = re.compile(r"/courses/(?P<slug>[-\w]{1,100})/(?P<place>[^/]{1,200})/?$")
DURATION = re.compile(
    r"^P(?!$)(\d+(\.\d+)?W|(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?D)?"
    r"(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?)$"
)
LONGEST = 60_000  # characters of one statement
LONGEST_IRI = 2_000
DEEPEST = 12


class StatementRefused(ValueError):
    """Says what is wrong with a statement."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Statement:
    """What of a statement matters here. `whom` is one of the identifiers with its value; `voids` a statement's id."""

    id: uuid.UUID
    whom: tuple[str, str]
    verb: str
    kind: str
    activity: str
    slug: str
    place: str
    step: str
    happened_at: datetime
    passed: bool | None
    score: Decimal | None
    lasted: timedelta | None
    voids: uuid.UUID | None
    digest: str
    raw: dict[str, Any]


def version_of(header: str) -> str | None:
    """The version that is answered to what a client says; None for one that is not spoken here."""
    parts = header.strip().split(".")
    known = VERSIONS.get(".".join(parts[:2]))
    return known if known and len(parts) <= 3 and all(part.isdecimal() for part in parts) else None


def read(raw: Any, now: datetime, wanted_id: str | None = None) -> Statement:
    """Raises StatementRefused. `wanted_id` is the id in the address, when there is one."""
    if not isinstance(raw, dict):
        raise StatementRefused(_("A statement is an object."))
    _check_whole(raw)
    key = _id(raw.get("id") or wanted_id) if raw.get("id") or wanted_id else uuid.uuid4()
    if wanted_id and raw.get("id") and _id(wanted_id) != key:
        raise StatementRefused(_("The id in the address is another than the statement's."))
    verb, (activity, slug, place, step) = _verb(raw), _object(raw["object"])
    result = _result(raw.get("result"))
    kind = VERBS.get(verb, NOTED)
    return Statement(
        id=key,
        whom=_actor(raw["actor"]),
        verb=verb,
        kind=kind,
        activity=activity,
        slug=slug,
        place=place,
        step=step,
        happened_at=_moment(raw["timestamp"]) if "timestamp" in raw else now,
        passed=_passed(verb, result),
        score=_score(result.get("score")),
        lasted=_duration(result.get("duration")),
        voids=_voided(raw["object"]) if kind == VOIDED else None,
        digest=digest(raw),
        raw=raw,
    )


def digest(raw: Mapping[str, Any]) -> str:
    """Of all that a client says: the same statement sent again has the same."""
    said = {name: value for name, value in raw.items() if name not in {"id", "stored", "authority", "version"}}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _check_whole(raw: dict[str, Any]) -> None:
    missing = [name for name in ("actor", "verb", "object") if not isinstance(raw.get(name), dict)]
    if missing:
        raise StatementRefused(_("Missing: %(names)s.") % {"names": ", ".join(missing)})
    if unknown := set(raw) - PROPERTIES:
        raise StatementRefused(_("Not part of a statement: %(names)s.") % {"names": ", ".join(sorted(unknown))[:100]})
    try:
        text = json.dumps(raw, allow_nan=False)
    except ValueError:
        raise StatementRefused(_("A number is too large.")) from None
    if len(text) > LONGEST or "\\u0000" in text:
        raise StatementRefused(_("A statement may have %(limit)d characters, none of them null.") % {"limit": LONGEST})
    _check_parts(raw)


def _check_parts(part: Any, depth: int = 0) -> None:
    """No nulls outside extensions, no strings that no row can hold, nothing too deep."""
    if depth > DEEPEST:
        raise StatementRefused(_("This statement is nested too deeply."))
    if isinstance(part, dict):
        for name, value in part.items():
            if value is None:
                raise StatementRefused(_("“%(name)s” is null.") % {"name": str(name)[:60]})
            if name == "extensions":
                _check_text(json.dumps(value))
            else:
                _check_text(name)
                _check_parts(value, depth + 1)
    elif isinstance(part, list):
        for value in part:
            _check_parts(value, depth + 1)
    elif isinstance(part, str):
        _check_text(part)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise StatementRefused(_("A text holds half a character.")) from None
    if re.search(r"\\ud[89a-f]", text, re.IGNORECASE):
        raise StatementRefused(_("A text holds half a character."))


def _id(text: Any) -> uuid.UUID:
    try:
        if isinstance(text, str) and len(text) == 36:
            return uuid.UUID(text)
    except ValueError:
        pass
    raise StatementRefused(_("The id of a statement is a UUID."))


def _actor(actor: dict[str, Any]) -> tuple[str, str]:
    if actor.get("objectType", "Agent") != "Agent":
        raise StatementRefused(_("The actor is one person: an Agent."))
    found = [name for name in IDENTIFIERS if name in actor]
    if len(found) != 1 or set(actor) - ACTOR:
        raise StatementRefused(_("The actor has exactly one of: %(names)s.") % {"names": ", ".join(IDENTIFIERS)})
    name, value = found[0], actor[found[0]]
    if name == "account" and isinstance(value, dict):
        value = value.get("name") if _is_iri(value.get("homePage")) else None
    if not isinstance(value, str) or not value or (name == "mbox" and not value.lower().startswith("mailto:")):
        raise StatementRefused(_("“%(name)s” of the actor is not what it should be.") % {"name": name})
    return name, value.partition(":")[2] if name == "mbox" else value


def _verb(raw: dict[str, Any]) -> str:
    verb = raw["verb"].get("id")
    if not _is_iri(verb) or len(verb) > 300:
        raise StatementRefused(_("The id of a verb is an IRI."))
    return str(verb)


def _object(thing: dict[str, Any]) -> tuple[str, str, str, str]:
    """Its id, and the course, page and step that it names when it is one of ours."""
    kind = thing.get("objectType", "Activity")
    if kind not in OBJECT_TYPES:
        raise StatementRefused(_("The object is of no known type."))
    if kind != "Activity":
        return str(thing.get("id", kind))[:LONGEST_IRI], "", "", ""
    name = str(thing.get("id") or "")
    if not _is_iri(thing.get("id")) or len(name) > LONGEST_IRI:
        raise StatementRefused(_("The id of an activity is an IRI."))
    parts = urlsplit(name)
    match = PLACE.search(parts.path)
    if match is None:
        return name, "", "", ""
    return name, match["slug"], unquote(match["place"])[:200], unquote(parts.fragment)[:200]


def _is_iri(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(urlsplit(value).scheme) and not re.search(r"\s", value) and len(value) > 3
    except ValueError:
        return False


def _voided(thing: dict[str, Any]) -> uuid.UUID:
    if thing.get("objectType") != "StatementRef":
        raise StatementRefused(_("What is voided is a StatementRef."))
    return _id(thing.get("id"))


def _result(result: Any) -> dict[str, Any]:
    if result is None:
        return {}
    if not isinstance(result, dict) or set(result) - RESULT:
        raise StatementRefused(_("The result is not what it should be."))
    if any(not isinstance(result[name], bool) for name in ("success", "completion") if name in result):
        raise StatementRefused(_("“success” and “completion” are true or false."))
    return result


def _passed(verb: str, result: dict[str, Any]) -> bool | None:
    return OUTCOME.get(verb, result.get("success"))


def _score(score: Any) -> Decimal | None:
    if score is None:
        return None
    numbers = ("scaled", "raw", "min", "max")
    if not isinstance(score, dict) or set(score) - set(numbers) or any(not _is_number(score[name]) for name in score):
        raise StatementRefused(_("A score has the numbers scaled, raw, min and max."))
    if "scaled" in score and not -1 <= score["scaled"] <= 1:
        raise StatementRefused(_("A scaled score lies between -1 and 1."))
    low, high, raw = score.get("min"), score.get("max"), score.get("raw")
    is_wrong = (low is not None and high is not None and low >= high) or (
        raw is not None and ((low is not None and raw < low) or (high is not None and raw > high))
    )
    if is_wrong:
        raise StatementRefused(_("The raw score does not lie between min and max."))
    if "scaled" in score:
        return Decimal(str(round(max(score["scaled"], 0), 3)))
    share = (raw - (low or 0)) / (high - (low or 0)) if raw is not None and high is not None and high != (low or 0) else None
    return Decimal(str(round(min(max(share, 0), 1), 3))) if share is not None else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _moment(text: Any) -> datetime:
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
        if found and "T" in text.upper().replace(" ", "T"):
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise StatementRefused(_("A timestamp is one of ISO 8601."))


def _duration(text: Any) -> timedelta | None:
    if text is None:
        return None
    if not isinstance(text, str) or not DURATION.match(text):
        raise StatementRefused(_("A duration is one of ISO 8601."))
    try:
        return parse_duration(text) or timedelta(0)
    except (ValueError, OverflowError):
        return None
