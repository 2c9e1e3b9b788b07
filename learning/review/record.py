"""The history of an item as a reader can follow it: who did what, when, and what was there before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from learning.applying import ASKED
from learning.models import AuditEntry, LearningItem

SHOWN = 60  # entries
LONGEST = 300  # characters of a value
STATES: dict[str, Any] = dict(LearningItem.Status.choices)
NAMES: dict[str, Any] = {
    "status": gettext_lazy("State"),
    "confidence_score": gettext_lazy("Confidence"),
    "category": gettext_lazy("Category"),
    "reviewed_by": gettext_lazy("Judged by"),
    "verified_by_id": gettext_lazy("Verified by"),
    "duplicate_of_id": gettext_lazy("Grouped under"),
    "entry_id": gettext_lazy("Entry"),
    "knowledge_id": gettext_lazy("Version"),
    "reason": gettext_lazy("Reason"),
    "held_reason": gettext_lazy("Held back"),
    "asked_count": gettext_lazy("Asked"),
    "proposed_content": gettext_lazy("Proposed text"),
    "question": gettext_lazy("Question"),
    "content": gettext_lazy("Text"),
    "version": gettext_lazy("Number"),
    "is_live": gettext_lazy("Live"),
    "source": gettext_lazy("Source"),
    "item_id": gettext_lazy("Item"),
    "chunk_hash": gettext_lazy("Lesson's passage"),
}
PEOPLE = {"reviewed_by", "verified_by_id"}
HASHES = {"proposed_content", "question", "content", "chunk_hash"}  # the record holds no text


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the record."""

    when: datetime
    who: str
    what: str
    changes: tuple[Change, ...]


def history(rows: Sequence[UUID]) -> list[Deed]:
    """What happened to these rows, the newest first. Behind an admin's door."""
    entries = list(AuditEntry.objects.filter(row_id__in=rows).order_by("-created_at", "-id")[:SHOWN])
    names = _people(entries)
    return [Deed(each.created_at, _who(each, names), what(each), tuple(_changes(each, names))) for each in entries]


def in_words(entry: AuditEntry) -> str:
    """What an entry says, in one line."""
    changes = [f"{change.name}: {change.before or '–'} → {change.after or '–'}" for change in _changes(entry, {})]
    return "; ".join(changes) if entry.before else ""


def _people(entries: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {str(entry.actor_id) for entry in entries if entry.actor_id}
    for entry in entries:
        for state in (entry.before or {}, entry.after or {}):
            ids |= {str(state[name]) for name in PEOPLE if state.get(name)}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


def _who(entry: AuditEntry, names: Mapping[str, str]) -> str:
    if entry.actor_id is None:
        return _("the system")
    name = names.get(str(entry.actor_id)) or _("somebody whose account is gone")
    return _("the system, for %(name)s") % {"name": name} if entry.actor_role == "system" else name


def what(entry: AuditEntry) -> str:
    """The deed, in words that follow a name."""
    is_item = entry.table_name == "learning_queue"
    if entry.action == ASKED:
        return _("asked to have it applied")
    if entry.action == "insert":
        return _("made the item") if is_item else _("made a version")
    status = (entry.after or {}).get("status")
    if is_item and status:
        return _moved((entry.before or {}).get("status"), status)
    if not is_item and "is_live" in (entry.after or {}):
        return _("put a version live") if (entry.after or {})["is_live"] else _("took a version out of use")
    return _("changed the item") if is_item else _("changed a version")


def _moved(before: Any, after: Any) -> str:
    known = {
        ("pending", "approved"): _("approved it"),
        ("pending", "rejected"): _("rejected it"),
        ("approved", "rejected"): _("rejected it"),
        ("approved", "applied"): _("applied it"),
        ("applied", "pending"): _("took it back to review"),
        ("approved", "pending"): _("took it back to review"),
        ("rejected", "pending"): _("took it out of the archive"),
    }
    return known.get((before, after)) or _("changed its state")


def _changes(entry: AuditEntry, names: Mapping[str, str]) -> Iterator[Change]:
    before, after = entry.before or {}, entry.after or {}
    for name in sorted(after, key=lambda each: list(NAMES).index(each) if each in NAMES else len(NAMES)):
        old, new = (_shown(name, state.get(name), names) for state in (before, after))
        if entry.action != "insert" or new:
            yield Change(str(NAMES.get(name, name)), old, new)


def _shown(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if name in PEOPLE:
        return names.get(str(value), str(value))
    if name in HASHES:
        return _("text %(hash)s") % {"hash": str(value)[:8]}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(STATES.get(value, value) if name == "status" else value)[:LONGEST]
