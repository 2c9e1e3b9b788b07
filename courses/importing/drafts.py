"""What an import has read, before anything is stored: pages, files, and what was wrong with them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

TITLE_LENGTH = 300  # as the columns of a chapter allow
SECTION_LENGTH = 200
ID_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a source, with the place where it is; line 0 when no line can be named."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}" if place else self.message


class BadCourse(Exception):
    """A source that cannot be imported; carries every fault that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(slots=True)
class Findings:
    """Collects while reading: faults forbid the import, notes are worth knowing."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(self, path: str, line: int, message: str) -> None:
        self.faults.append(Fault(path, line, message))

    def note(self, path: str, line: int, message: str) -> None:
        self.notes.append(Fault(path, line, message))

    def stop_if_bad(self) -> None:
        """Raises BadCourse when there is any fault."""
        if self.faults:
            raise BadCourse(self.faults)


@dataclass(frozen=True, slots=True)
class Page:
    """A chapter or a lab to be. `source` is the file it came from, for links and pictures in its text."""

    place_id: str
    title: str
    day: int
    section: str
    body: str
    source: str
    is_lab: bool = False
    chapter_id: str = ""  # of a lab: the chapter it belongs to
    line: int = 0  # where its id stands in the source


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the pages show or link to."""

    path: str
    content_type: str
    content: bytes

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """A course as read. Pages are in their order; `names` says which page other names of the source lead to, as
    `place_id` or `place_id#anchor`. Empty title, description and language mean that the source does not say.
    """

    form: str
    title: str
    pages: tuple[Page, ...]
    assets: tuple[Asset, ...] = ()
    slug: str = ""
    description: str = ""
    language: str = ""
    names: dict[str, str] = field(default_factory=dict)
    notes: tuple[Fault, ...] = ()
    name: str = ""  # what a new course may be called when the source gives no title: the name of its folder

    @property
    def new_title(self) -> str:
        return self.title or self.name


def checked(draft: Draft, findings: Findings) -> Draft:
    """The draft when it has pages with ids of their own; raises BadCourse otherwise, with all that was found before."""
    if not draft.pages and not findings.faults:
        findings.fault("", 0, _("The course is empty: no page was found."))
    seen: dict[str, Page] = {}
    for page in draft.pages:
        other = seen.setdefault(page.place_id.casefold(), page)
        if other is not page:
            message = _("The id “%(id)s” is already that of %(other)s.") % {"id": page.place_id, "other": other.source}
            findings.fault(page.source, page.line, message)
    findings.stop_if_bad()
    return draft
