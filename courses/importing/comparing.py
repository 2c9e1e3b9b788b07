"""What an import would change in a course: worked out before anything is touched, for a person to look at."""

import bisect
import difflib
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.importing.drafts import Draft, Page
from courses.models import Chapter, Course, Lab

Kind = Literal["added", "changed", "renamed", "moved", "removed"]
KINDS: tuple[Kind, ...] = ("added", "changed", "renamed", "moved", "removed")
LANGUAGES = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish", "english": "english",
}  # fmt: skip
Row = Chapter | Lab


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to one page; a page can be renamed and moved and changed at once."""

    kind: Kind
    place_id: str
    title: str
    is_lab: bool
    detail: str = ""

    @property
    def word(self) -> str:
        """The kind, for a reader."""
        return {
            "added": _("new"), "changed": _("changed"), "renamed": _("renamed"), "moved": _("moved"),
            "removed": _("removed"),
        }[self.kind]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything an import would do. `assets` counts files by what happens to them."""

    pages: tuple[Change, ...]
    unchanged: int
    assets: dict[str, int] = field(default_factory=dict)
    course: tuple[str, ...] = ()  # names of the course's own fields that change

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.pages if change.kind == kind)

    @property
    def is_empty(self) -> bool:
        return not self.pages and not any(self.assets.values()) and not self.course

    def counts(self) -> dict[str, int]:
        """How many pages there are of each kind, and how many stay as they are."""
        return {**{kind: len(self.of(kind)) for kind in KINDS}, "unchanged": self.unchanged}

    @property
    def asset_total(self) -> int:
        return sum(self.assets.values())

    def digest(self) -> str:
        """The same for the same changes: says whether what is applied is what somebody looked at."""
        return hashlib.sha256(repr((self.pages, self.assets, self.course)).encode()).hexdigest()

    def lines(self) -> list[str]:
        """The changes for a reader, one a line."""
        lines = [
            f"{change.word:<10} {change.place_id}: {change.title}" + (f" ({change.detail})" if change.detail else "")
            for change in self.pages
        ]
        total = self.asset_total
        files = ngettext("%(count)d file changes", "%(count)d files change", total) % {"count": total}
        return [*lines, files] if total else lines


def compare(course: Course | None, draft: Draft) -> Changes:
    """What importing the draft would change; None stands for a course that is not there yet. Runs behind the door."""
    rows = current_rows(course) if course else {}
    pages = {(page.is_lab, page.place_id): page for page in draft.pages}
    kept = [key for key in pages if key in rows and rows[key].removed_at is None]
    strayed = _strayed(kept, sorted(kept, key=lambda key: _place_of(rows[key])))
    changes = [change for key, page in pages.items() for change in _page_changes(page, rows.get(key), moved=key in strayed)]
    gone = [row for key, row in rows.items() if key not in pages and row.removed_at is None]
    changes += [Change("removed", row.place_id, row.title, isinstance(row, Lab)) for row in gone]
    touched = {(change.is_lab, change.place_id) for change in changes}
    return Changes(
        pages=tuple(sorted(changes, key=lambda change: KINDS.index(change.kind))),
        unchanged=sum(key not in touched for key in kept),
        assets=_asset_changes(course, draft),
        course=tuple(new_course_fields(course, draft)) if course else (),
    )


def current_rows(course: Course) -> dict[tuple[bool, str], Row]:
    """The chapters and labs of a course, removed ones too, by kind and id."""
    rows: list[Row] = [*course.chapters.all(), *course.labs.all()]
    return {(isinstance(row, Lab), row.place_id): row for row in rows}


def new_course_fields(course: Course, draft: Draft) -> dict[str, str]:
    """What the draft says of the course itself and the course does not say yet."""
    said = {"title": draft.title, "description": draft.description, "language": search_language(draft.language)}
    return {name: value for name, value in said.items() if value and getattr(course, name) != value}


def search_language(code: str) -> str:
    """PostgreSQL's name for a language code: `en` and `en-GB` give `english`, unknown ones `simple`, "" stays ""."""
    return LANGUAGES.get(re.split(r"[-_]", code.lower())[0], "simple") if code else ""


def _page_changes(page: Page, row: Row | None, *, moved: bool) -> Iterable[Change]:
    def change(kind: Kind, detail: str = "") -> Change:
        return Change(kind, page.place_id, page.title, page.is_lab, detail)

    if row is None or row.removed_at:
        yield change("added", _("was removed before") if row else "")
        return
    if row.title != page.title:
        yield change("renamed", _("was “%s”") % row.title)
    if row.body != page.body:
        yield change("changed", _difference(row.body, page.body))
    if moved or (row.day, row.section) != (page.day, page.section):
        yield change("moved")


def _difference(old: str, new: str) -> str:
    before, after = old.split("\n"), new.split("\n")
    if len(before) + len(after) > 20_000:
        return ""
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > 2_000).get_opcodes()
    added = sum(j2 - j1 for tag, _i1, _i2, j1, j2 in blocks if tag != "equal")
    removed = sum(i2 - i1 for tag, i1, i2, _j1, _j2 in blocks if tag != "equal")
    return _("%(added)d lines in, %(removed)d lines out") % {"added": added, "removed": removed}


def _place_of(row: Row) -> tuple[int, int, bool]:
    return row.day, row.position, isinstance(row, Lab)


def _strayed(new: Sequence[tuple[bool, str]], old: Sequence[tuple[bool, str]]) -> set[tuple[bool, str]]:
    """Those that change places: all but a longest run that keeps its order (patience sorting)."""
    rank = {key: number for number, key in enumerate(old)}
    tails: list[int] = []
    before: dict[int, int | None] = {}
    ends: list[int] = []
    for key in new:
        value = rank[key]
        place = bisect.bisect_left(tails, value)
        tails[place : place + 1] = [value]
        before[value] = ends[place - 1] if place else None
        ends[place : place + 1] = [value]
    stay: set[int] = set()
    current = ends[-1] if ends else None
    while current is not None:
        stay.add(current)
        current = before[current]
    return {key for key in new if rank[key] not in stay}


def _asset_changes(course: Course | None, draft: Draft) -> dict[str, int]:
    old = dict(course.assets.values_list("path", "content_hash")) if course else {}
    new = {asset.path: asset.content_hash for asset in draft.assets}
    return {
        "added": sum(path not in old for path in new),
        "changed": sum(path in old and old[path] != digest for path, digest in new.items()),
        "removed": sum(path not in new for path in old),
    }
