"""An Open edX course (OLX) as a course of ours.

Chapters are days, sequentials are pages, verticals are sections of a page; the pieces of a vertical are its text. A
sequential of problems alone, or one that is called a lab or homework, becomes a lab. Elements are followed to their files
wherever `url_name` (or the older `slug`) points. Drafts, discussions and what only the staff may see stay out.
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from courses.importing.drafts import ID_LENGTH, SECTION_LENGTH, TITLE_LENGTH, Draft, Findings, Page, checked
from courses.importing.markdown_folder import ID
from courses.importing.olx_text import (
    assessment_to_markdown,
    html_to_markdown,
    lowered,
    problem_to_markdown,
    video_to_markdown,
)
from courses.importing.olx_tree import Node, read_xml
from courses.importing.paging import with_assets
from courses.importing.sources import Files, join_path
from courses.markdown import headings
from courses.markdown.headings import slug

PRACTICE = re.compile(r"\b(?:lab|homework|exercise|assignment|practice)s?\b", re.IGNORECASE)
SILENT = frozenset({"discussion", "wiki"})
UNTOLD = frozenset({"Text", "Raw HTML", "HTML", "Video", "Blank Common Problem", "Annotation"})  # names that the editor gives
CONTAINERS = frozenset({
    "chapter", "section", "sequential", "vertical", "library_content", "itembank", "split_test", "conditional",
    "randomize", "problemset", "videosequence", "wrapper",
})  # fmt: skip
TEXTS = frozenset({"html", "problem", "video", "annotatable", "openassessment"})
FILED = CONTAINERS | TEXTS | {"course"}  # without a file of their own, such elements are not there
POINTING = frozenset({"url_name", "slug", "org", "course"})
DEEPEST = 20  # elements that point at elements


def olx_root(files: Files) -> str | None:
    """The folder of the only outermost course.xml; None when there is none, or several beside each other."""
    found = [path for path in files.paths if path == "course.xml" or path.endswith("/course.xml")]
    depth = min((path.count("/") for path in found), default=0)
    outermost = [path for path in found if path.count("/") == depth]
    return outermost[0].rpartition("/")[0] if len(outermost) == 1 else None


def read_olx(files: Files, findings: Findings) -> Draft:
    """The course in an OLX folder; raises BadCourse with every fault of every file."""
    olx = Olx(files, findings)
    course = olx.resolve(Node("course", {}, 0), "", "course.xml")
    pages = list(olx.pages(course)) if course else []
    draft = Draft(
        form="olx",
        title=(course.title if course else "")[:200],
        name=files.name[:200],
        description=olx.description(),
        language=course.node.get("language") if course else "",
        pages=tuple(pages),
        names=olx.names,
    )
    draft = with_assets(checked(draft, findings), files, findings)
    return replace(draft, notes=tuple(findings.notes))


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its own content, and the file and name it was found under."""

    node: Node
    path: str
    name: str

    @property
    def title(self) -> str:
        said = [self.node.get("display_name"), self.node.get("name")]
        return next((" ".join(name.split()) for name in said if name not in {"", "null"}), "")


@dataclass(slots=True)
class Olx:
    """Follows an OLX course through its files."""

    files: Files
    findings: Findings
    names: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    policy: dict[str, dict[str, object]] = field(default_factory=dict)

    # Following

    def resolve(self, pointer: Node, parent: str, path: str = "", depth: int = 0) -> Element | None:
        """The element itself, read from its own file when `pointer` only names it."""
        name = pointer.get("url_name") or pointer.get("slug")
        own = path or self._path_of(pointer, name, parent)
        if not own or own in self.used or depth > DEEPEST:
            if own in self.used:
                self.findings.note(parent, pointer.line, _("“%s” is named here again; it is read once.") % own)
            return Element(self._with_policy(pointer, name), parent, name or self._new_name(pointer))
        if own not in self.files:
            self.findings.fault(parent, pointer.line, _("“%s” is named here but is not there.") % own)
            return None
        self.used.add(own)
        node = read_xml(self.files.load(own), own, self.findings)
        if node is None:
            return None
        if node.tag == "course" and path:  # course.xml may only point at course/<run>.xml
            self._read_policy(node.get("url_name"))
            return self._course(node)
        node.attributes = {**pointer.attributes, **node.attributes}
        return Element(self._with_policy(node, name), own, name)

    def _course(self, node: Node) -> Element | None:
        if node.children or not node.get("url_name"):
            return Element(self._with_policy(node, node.get("url_name")), "course.xml", node.get("url_name"))
        return self.resolve(node, "course.xml")

    def _new_name(self, node: Node) -> str:
        """A name from the title of an element that has none."""
        base = slug(node.get("display_name") or node.tag)
        return next(
            name
            for name in itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
            if name not in self.names
        )

    def _path_of(self, pointer: Node, name: str, parent: str) -> str:
        """The file that a pointer names; "" when the element is written out where it stands."""
        if not name or pointer.children or pointer.text.strip() or pointer.get("filename"):
            return ""
        path = join_path("", f"{pointer.tag}/{name.replace(':', '/')}.xml")
        if path is None or ".." in name:
            self.findings.fault(parent, pointer.line, _("The name “%s” leads outside the course.") % name[:200])
            return ""
        only_points = pointer.tag in FILED and pointer.attributes.keys() <= POINTING
        return path if only_points or path in self.files else ""

    def _read_policy(self, run: str) -> None:
        path = f"policies/{run}/policy.json"
        if path not in self.files:
            return
        try:
            found = json.loads(self.files.load(path))
        except (ValueError, RecursionError) as error:
            self.findings.fault(path, getattr(error, "lineno", 0), _("This is no valid JSON."))
            return
        if isinstance(found, dict):
            self.policy = {key: value for key, value in found.items() if isinstance(value, dict)}

    def _with_policy(self, node: Node, name: str) -> Node:
        """Older courses keep names and visibility of elements in the policy."""
        extra = {key: str(value) for key, value in self.policy.get(f"{node.tag}/{name}", {}).items()}
        node.attributes = {**extra, **node.attributes}
        return node

    def below(self, element: Element, depth: int = 0) -> Iterator[Element]:
        """The elements directly below one, without those that learners do not see."""
        for child in element.node.children:
            found = None if child.tag in SILENT else self.resolve(child, element.path, depth=depth)
            if found and found.node.get("visible_to_staff_only").lower() != "true":
                yield found

    # Pages

    def pages(self, course: Element) -> Iterator[Page]:
        """The pages of the course in order."""
        day = 0
        for chapter in self.below(course):
            if chapter.node.tag in {"chapter", "section"}:
                day += 1
                yield from self._chapter(chapter, day)

    def _chapter(self, chapter: Element, day: int) -> Iterator[Page]:
        last = ""
        for sequence in self.below(chapter):
            page = self._page(sequence, chapter, day)
            self.names.setdefault(chapter.name, page.place_id)
            yield replace(page, chapter_id=last) if page.is_lab else page
            last = last if page.is_lab else page.place_id

    def _page(self, sequence: Element, chapter: Element, day: int) -> Page:
        place_id = re.sub(r"[^\w.-]+", "-", sequence.name).strip("-.")[-ID_LENGTH:] or f"page-{day}-{sequence.node.line}"
        if not ID.fullmatch(place_id):
            place_id = f"page-{place_id}"
        self.names[sequence.name] = place_id
        parts: list[str] = []
        kinds: set[str] = set()
        units = list(self.below(sequence)) if sequence.node.tag in {"sequential", "videosequence", "problemset"} else [sequence]
        for unit in units:
            text = self._unit(unit, place_id, kinds, alone=len(units) == 1, page_title=sequence.title)
            parts += [text] if text else []
        body = "\n\n".join(parts)
        self._point_at_headings(units, body, place_id)
        practice = PRACTICE.search(f"{sequence.node.get('format')} {sequence.title}")
        return Page(
            place_id=place_id,
            title=(sequence.title or chapter.title or place_id)[:TITLE_LENGTH],
            day=day,
            section=chapter.title[:SECTION_LENGTH],
            body=body,
            source=sequence.path,
            is_lab="problem" in kinds and (kinds == {"problem"} or practice is not None),
        )

    def _unit(self, unit: Element, place_id: str, kinds: set[str], *, alone: bool, page_title: str) -> str:
        """A vertical with its own heading, unless it is the whole page or says the same as the page."""
        self.names.setdefault(unit.name, place_id)
        text = "\n\n".join(part for part in self._texts(unit, place_id, kinds, 3) if part)
        if not text or not unit.title or alone or unit.title.casefold() == page_title.casefold():
            return text
        return f"## {unit.title}\n\n{text}"

    def _texts(self, element: Element, place_id: str, kinds: set[str], level: int, depth: int = 0) -> Iterator[str]:
        self.names.setdefault(element.name, place_id)
        tag = element.node.tag
        if tag in TEXTS:
            kinds.add("problem" if tag == "openassessment" else tag)
            yield self._text(element, level)
            return
        children = list(self.below(element, depth + 1)) if tag in CONTAINERS and depth < DEEPEST else []
        if not children and tag != "vertical":
            self.findings.note(element.path, element.node.line, _("“%s” has no text that could be read.") % tag)
        for child in children:
            yield from self._texts(child, place_id, kinds, level, depth + 1)

    def _text(self, element: Element, level: int) -> str:
        """A component with its name as a heading, unless the name says nothing or the text has its own."""
        text = self._markdown(element)
        has_title = element.title and element.title not in UNTOLD and text and not re.match(r"#{1,6} ", text)
        text = lowered(text, level + 1 if has_title else level)
        return f"{'#' * level} {element.title}\n\n{text}" if has_title else text

    def _markdown(self, element: Element) -> str:
        match element.node.tag:
            case "problem":
                return problem_to_markdown(element.node)
            case "video":
                return video_to_markdown(element.node, self._static)
            case "openassessment":
                return assessment_to_markdown(element.node)
            case _:
                return html_to_markdown(self._html(element))

    def _html(self, element: Element) -> str:
        """The HTML of a component: in a file of its own, or where it stands (as elements or as one piece of text)."""
        name = element.node.get("filename")
        if not name:
            has_elements = bool(element.node.children)
            return element.node.inner_html() if has_elements else element.node.text
        folder = element.path.rsplit("/", 1)[0] if element.path.startswith("html/") else "html"
        for path in (f"{folder}/{name}.html", f"html/{name}.html", f"html/{name.replace(':', '/')}.html"):
            clean = join_path("", path)
            if clean and clean in self.files:
                return self._decoded(clean)
        message = _("“%s” is named here but is not there.") % f"html/{name}.html"
        self.findings.fault(element.path, element.node.line, message)
        return ""

    def _decoded(self, path: str) -> str:
        data = self.files.load(path)
        try:
            return data.decode("utf-8-sig").replace("\0", "")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.findings.fault(path, line, _("This is not UTF-8: byte 0x%02x. Save the file as UTF-8.") % data[error.start])
            return ""

    def _static(self, name: str) -> bytes | None:
        path = join_path("", f"static/{name}")
        return self.files.load(path) if path and path in self.files else None

    def _point_at_headings(self, units: list[Element], body: str, place_id: str) -> None:
        """Lets links to a unit lead to its heading."""
        found = {heading.text: heading.id for heading in reversed(headings(body))}
        for unit in units:
            if unit.title in found and self.names.get(unit.name) == place_id and unit.name != place_id:
                self.names[unit.name] = f"{place_id}#{found[unit.title]}"

    def description(self) -> str:
        """The course's short description, else the start of its overview."""
        for path in ("about/short_description.html", "about/overview.html"):
            if path in self.files:
                text = html_to_markdown(self._decoded(path))
                if text:
                    return text.split("\n\n")[0][:2_000]
        return ""
