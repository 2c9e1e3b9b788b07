"""What an admin does to variants: add, weigh, stop, start again, promote, undo. Each deed leaves one row in the record.

A feature's variants change one deed at a time, under one lock. The control cannot be stopped: the others are compared with it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from ai.models import PromptVariant, VariantEvent
from ai.prompts import DEFAULTS
from ai.prompts.files import versions

Action = VariantEvent.Action
Stopped = PromptVariant.Stopped
CHANGED = ("weight", "is_active", "is_control", "stopped_by", "started_at", "stopped_at")
CONTROL = "control"  # the name of the one that is made beside the first


class VariantRefused(ValueError):
    """Says to the person why not; `code` says it to a program, `field` where it belongs."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


@transaction.atomic
def add(*, feature: str, name: str, version: str, weight: int, actor: User) -> PromptVariant:
    """Try a prompt file. The first of a feature gets a control beside it: the file that has answered so far. VariantRefused."""
    _check_file(feature, version)
    _lock(feature)
    rows = PromptVariant.objects.filter(feature=feature)
    if rows.filter(name=name).exists():
        raise VariantRefused("name", _("There is a variant of this name already."), "name")
    is_first = not rows.filter(is_control=True).exists()
    usual = DEFAULTS[feature]
    if is_first and version != usual:
        _made(actor, feature=feature, name=_free_name(feature, name), version=usual, weight=max(1, weight), is_control=True)
    return _made(actor, feature=feature, name=name, version=version, weight=weight, is_control=is_first and version == usual)


@transaction.atomic
def weigh(*, variant_id: UUID, weight: int, actor: User) -> PromptVariant:
    """Give a variant another share of the learners. Raises VariantRefused, PromptVariant.DoesNotExist."""
    if not 0 <= weight <= 1000:
        raise VariantRefused("weight", _("Choose a weight from 0 to 1000."), "weight")
    variant = _locked(variant_id)
    if weight == variant.weight:
        return variant
    return _change(Action.WEIGHED, variant, actor, weight=weight)


@transaction.atomic
def stop(*, variant_id: UUID, actor: User | None, why: str = Stopped.PERSON, figures: Any = None) -> PromptVariant:
    """Give it no learners any more. Without an actor it stopped by itself, and admins are told. Raises VariantRefused."""
    variant = _locked(variant_id)
    if variant.is_control:
        raise VariantRefused("control", _("The control cannot be stopped: the others are compared with it."))
    if not variant.is_active:
        raise VariantRefused("stopped", _("It is stopped already."))
    now = timezone.now()
    if actor is None:
        PromptVariant.objects.filter(pk=variant.pk).update(mail_due_at=now, mail_tries=0)
    return _change(Action.STOPPED, variant, actor, figures=figures, is_active=False, stopped_by=why, stopped_at=now)


@transaction.atomic
def start(*, variant_id: UUID, actor: User) -> PromptVariant:
    """Try a stopped one again; it is judged by what comes from now on. Raises VariantRefused."""
    variant = _locked(variant_id)
    if variant.is_active:
        raise VariantRefused("active", _("It is active already."))
    _check_file(variant.feature, variant.version)
    return _change(Action.STARTED, variant, actor, is_active=True, stopped_by="", stopped_at=None, started_at=timezone.now())


@transaction.atomic
def promote(*, variant_id: UUID, actor: User) -> PromptVariant:
    """Let it answer everybody: the others stop, and it is the control of what is tried next. One row. Raises VariantRefused."""
    variant, now = _locked(variant_id), timezone.now()
    if not variant.is_active:
        raise VariantRefused("stopped", _("A stopped variant cannot be promoted. Start it again first."))
    others = list(PromptVariant.objects.filter(feature=variant.feature, is_active=True).exclude(pk=variant.pk))
    if not others and variant.is_control:
        raise VariantRefused("alone", _("It answers everybody already."))
    before = _states([variant, *others])
    for other in others:
        _set(other, is_active=False, is_control=False, stopped_by=Stopped.PROMOTION, stopped_at=now)
    _set(variant, is_control=True, weight=max(1, variant.weight))
    _record(Action.PROMOTED, variant, actor, before, _states([variant, *others]))
    return variant


@transaction.atomic
def undo(*, feature: str, actor: User) -> PromptVariant:
    """Take the last promotion back: all variants are as they were. Raises VariantRefused when something was done since."""
    _lock(feature)
    promotion = undoable(feature)
    if promotion is None:
        raise VariantRefused("late", _("There is no promotion to undo, or something was changed since."))
    rows = {str(row.pk): row for row in PromptVariant.objects.filter(feature=feature, pk__in=promotion.before)}
    order = sorted(rows, key=lambda pk: bool(promotion.before[pk]["is_control"]))  # never two controls at a time
    for pk in order:
        _set(rows[pk], **_read(promotion.before[pk]))
    _record(Action.UNDONE, promotion.variant, actor, promotion.after, promotion.before)
    return promotion.variant


def undoable(feature: str) -> VariantEvent | None:
    """The promotion that was the last deed on a feature; None when it was another."""
    last = VariantEvent.objects.filter(variant__feature=feature).select_related("variant").order_by("-pk").first()
    return last if last and last.action == Action.PROMOTED else None


def _check_file(feature: str, version: str) -> None:
    files = versions(feature)
    if feature not in DEFAULTS:
        raise VariantRefused("feature", _("Prompts are tried for the coach and for the mentor."), "feature")
    if version not in files:
        there = ", ".join(files)
        message = _("There is no prompt file “%(version)s” for this feature. There are: %(files)s.")
        raise VariantRefused("version", message % {"version": version, "files": there}, "version")


def _free_name(feature: str, wanted: str) -> str:
    """A name for the control that neither another row nor the one beside it has."""
    taken = {wanted, *PromptVariant.objects.filter(feature=feature).values_list("name", flat=True)}
    return next(name for n in range(1, len(taken) + 3) if (name := CONTROL if n == 1 else f"{CONTROL} {n}") not in taken)


def _made(actor: User, **fields: Any) -> PromptVariant:
    variant = PromptVariant.objects.create(**fields)
    variant.refresh_from_db()
    _record(Action.ADDED, variant, actor, {}, _states([variant]))
    return variant


def _lock(feature: str) -> None:
    """One deed at a time for each feature; also when it has no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ai_prompt_variants ' || %s, 0))", [feature])


def _locked(variant_id: UUID) -> PromptVariant:
    _lock(PromptVariant.objects.values_list("feature", flat=True).get(pk=variant_id))
    return PromptVariant.objects.get(pk=variant_id)


def _change(action: str, variant: PromptVariant, actor: User | None, figures: Any = None, **values: Any) -> PromptVariant:
    before = _states([variant])
    _set(variant, **values)
    _record(action, variant, actor, before, _states([variant]), figures)
    return variant


def _set(variant: PromptVariant, **values: Any) -> None:
    for name, value in values.items():
        setattr(variant, name, value)
    variant.save(update_fields=CHANGED)


def _states(rows: Iterable[PromptVariant]) -> dict[str, Any]:
    return {str(row.pk): row.state for row in rows}


def _read(state: dict[str, Any]) -> dict[str, Any]:
    return state | {name: _moment(state[name]) for name in ("started_at", "stopped_at")}


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _record(action: str, variant: PromptVariant, actor: User | None, before: Any, after: Any, figures: Any = None) -> None:
    VariantEvent.objects.create(
        action=action, variant=variant, actor_id=actor.pk if actor else None, before=before, after=after, figures=figures or {}
    )
