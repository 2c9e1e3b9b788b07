"""From a form of the review pages to the deed it asks for, and what is said afterwards. Access is the deeds' own: they refuse."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from learning.approving import ReviewRefused, approve, may, merge, reject, reopen, require
from learning.models import LearningItem
from learning.undoing import undo

log = logging.getLogger("aicoach.security")

AT_ONCE = 200  # items of one bulk deed
Form = Mapping[str, str]
RIGHTS = {"approve": "approve", "reject": "reject", "merge": "merge", "reopen": "approve", "undo": "undo", "apply": "apply"}
REASONED = {  # what asks for a reason first
    "reject": (gettext_lazy("Reject"), gettext_lazy("Why should the coach not learn this? The reason stays with the item.")),
    "undo": (gettext_lazy("Take back"), gettext_lazy("Why is this taken back? The answer leaves the search at once.")),
}
SAID: dict[str, Callable[[int], str]] = {
    "approve": lambda n: ngettext("%(n)d item was approved.", "%(n)d items were approved.", n) % {"n": n},
    "reject": lambda n: ngettext("%(n)d item was rejected.", "%(n)d items were rejected.", n) % {"n": n},
    "merge": lambda n: ngettext("%(n)d item was merged.", "%(n)d items were merged.", n) % {"n": n},
    "reopen": lambda n: ngettext("%(n)d item is back in review.", "%(n)d items are back in review.", n) % {"n": n},
    "undo": lambda n: ngettext("%(n)d item was taken back to review.", "%(n)d items were taken back to review.", n) % {"n": n},
}


@dataclass(slots=True)
class Outcome:
    """What came of a deed on many."""

    done: list[UUID] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def rights(person: User) -> dict[str, bool]:
    """For each deed whether the person may do it."""
    return {deed: may(person, right) for deed, right in RIGHTS.items()}


def check(person: User, deed: str) -> None:
    """Raises PermissionDenied, and notes it."""
    try:
        require(person, RIGHTS.get(deed, deed))
    except PermissionDenied:
        log.warning("review_refused user=%s deed=%s", person.pk, deed)
        raise


def judge(item: LearningItem, deed: str, *, reviewer: User, form: Form) -> None:
    """Do one deed on one item as a form says. Raises ReviewRefused, PermissionDenied."""
    if deed == "approve":
        approve(item_id=item.pk, reviewer=reviewer, content=written(item, form), seen=form.get("seen", ""))
    elif deed == "reject":
        reject(item_id=item.pk, reviewer=reviewer, reason=_reason(form))
    elif deed == "merge":
        merge(item_id=item.pk, into_id=_other(form), reviewer=reviewer)
    elif deed == "reopen":
        reopen(item_id=item.pk, reviewer=reviewer)
    elif deed == "undo":
        undo(item_id=item.pk, reviewer=reviewer, reason=_needed(_reason(form)))
    else:
        raise ReviewRefused("unknown", _("This page does not know that deed."))


def judge_many(ids: Iterable[UUID], deed: str, *, reviewer: User, form: Form) -> Outcome:
    """The same deed on many; one that is refused does not keep the others from it."""
    outcome = Outcome()
    alone = {name: value for name, value in form.items() if name == "reason"}
    for item in LearningItem.objects.filter(pk__in=list(ids)[:AT_ONCE]).order_by("-value_rank", "-id"):
        try:
            judge(item, deed, reviewer=reviewer, form=alone)
        except ReviewRefused as refusal:
            outcome.refused.append(f"“{str(item)[:60]}”: {refusal.message}")
        else:
            outcome.done.append(item.pk)
    return outcome


def written(item: LearningItem, form: Form) -> str | None:
    """What the reviewer made of the text; None for nothing. Browsers send other line ends than the ones they were given."""
    content = form.get("content")
    if content is None or _lines(content) == _lines(item.proposed_content):
        return None
    return _lines(content)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reason(form: Form) -> str:
    return _lines(form.get("reason", "")).replace("\x00", "")[:2000]


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReviewRefused("reason", _("Say why it is taken back; it stays with the item."))
    return reason


def _other(form: Form) -> UUID:
    """The item to merge into: a choice of the page, or an id or address that somebody pasted."""
    words = (form.get("other") or form.get("into") or "").replace("/", " ").split()
    for word in words:
        try:
            return UUID(word)
        except ValueError:
            continue
    raise ReviewRefused("gone", _("Choose the item that takes this one in."))
