"""A folder of Markdown pages as a course.

Each page may begin with YAML: `id`, `title`, `day`, `section`, `lab`. What is not said is derived: the id from the file's
name, the title from the first heading, the day from a folder's number, the order from day and name. `course.yaml` (or
`config.yaml`, or the front matter of `index.md`) may give the course's title, slug, description, language and an order.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from courses.importing.drafts import ID_LENGTH, SECTION_LENGTH, TITLE_LENGTH, Draft, Findings, Page, checked
from courses.importing.front_matter import FALSE, TRUE, Fields, read_fields, split_page, text_of, whole_number
from courses.importing.paging import with_assets
from courses.importing.sources import Files
from courses.markdown import parse_lesson

SUFFIXES = (".md", ".markdown", ".rmd", ".qmd")
ABOUT = ("course.yaml", "course.yml", "config.yaml", "_config.yml", "mkdocs.yml", "_quarto.yml")
ORDERS = ("order", "pages", "chapters", "episodes")
ASIDE = frozenset({"readme", "license", "licence", "code_of_conduct", "contributing", "changelog", "authors", "contributors"})
PLAIN_FOLDERS = frozenset(
    {"", "episodes", "content", "contents", "docs", "pages", "chapters", "course", "lessons", "src", "_episodes"}
)
LARGEST_PAGE = 2_000_000  # characters
ID = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as read, before what it leaves open is derived from its neighbours."""

    path: str
    fields: Fields
    title: str
    body: str
    day: int | None


def is_markdown_folder(files: Files) -> bool:
    return any(path.lower().endswith(SUFFIXES) for path in files.paths)


def read_markdown_folder(files: Files, findings: Findings) -> Draft:
    """The course in a folder of Markdown; raises BadCourse with every fault of every page."""
    files = files.below(_only_folder(files))
    about = _about(files, findings)
    read = [page for path in _page_paths(files) for page in _read_page(path, files, findings)]
    pages = _in_order(_pages(read, findings), [item for name in ORDERS if name in about for item in about[name].items])
    draft = Draft(
        form="markdown",
        title=text_of(about, "title", "site_name")[:200],
        name=_from_name(files.name)[:200],
        slug=text_of(about, "slug"),
        description=text_of(about, "description", "site_description", "subtitle"),
        language=text_of(about, "language", "lang"),
        pages=tuple(_with_chapters(pages)),
    )
    draft = with_assets(checked(draft, findings), files, findings)
    return replace(draft, notes=tuple(findings.notes))


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10."""
    return [(0, int(part[:18]), "") if part.isdecimal() else (1, 0, part.lower()) for part in re.split(r"(\d+)", text) if part]


def _only_folder(files: Files) -> str:
    """The folder that holds everything, as in most archives."""
    tops = {path.split("/")[0] if "/" in path else "" for path in files.paths}
    only = tops.pop() if len(tops) == 1 else ""
    return only if only.lower() not in PLAIN_FOLDERS else ""


def _about(files: Files, findings: Findings) -> Fields:
    """What the source says of the course as a whole."""
    for name in ABOUT:
        if name in files:
            return read_fields(_decoded(name, files, findings), name, findings)
    for name in ("index.md", "README.md"):
        if name in files:
            fields, body, _lines = split_page(_decoded(name, files, Findings()), name, Findings())
            title = text_of(fields, "title") or _leading_heading(body)[0]
            return {**read_fields(f"title: {title!r}", name, Findings()), **fields} if title else fields
    return {}


def _page_paths(files: Files) -> list[str]:
    """The files that are pages: not the readme and its like, unless there is nothing else."""
    found = [path for path in files.paths if path.lower().endswith(SUFFIXES)]
    named = [(path, path.rpartition(".")[0].lower()) for path in found]
    return [path for path, stem in named if len(found) == 1 or not (stem == "index" or stem.rpartition("/")[2] in ASIDE)]


def _decoded(path: str, files: Files, findings: Findings) -> str:
    """The text of a file; what is no text is reported with its line."""
    data = files.load(path)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        findings.fault(path, line, _("This is not UTF-8: byte 0x%02x. Save the file as UTF-8.") % data[error.start])
        return ""
    if "\0" in text:
        findings.fault(path, text[: text.index("\0")].count("\n") + 1, _("The file holds a NUL character."))
        return ""
    if len(text) > LARGEST_PAGE:
        findings.fault(path, 0, _("The page has more than %(limit)d characters.") % {"limit": LARGEST_PAGE})
        return ""
    return text


def _read_page(path: str, files: Files, findings: Findings) -> list[_Read]:
    known = len(findings.faults)
    fields, text, _lines_before = split_page(_decoded(path, files, findings), path, findings)
    day = whole_number(fields, "day", path, findings)
    if len(findings.faults) > known:
        return []
    heading, rest = _leading_heading(text)
    title = text_of(fields, "title") or heading or _from_name(path.rsplit("/", maxsplit=1)[-1].rsplit(".", 1)[0])
    if len(title) > TITLE_LENGTH:
        findings.note(path, 1, _("The title is cut to %(limit)d characters.") % {"limit": TITLE_LENGTH})
    says_title = heading and heading.casefold() == title.casefold()  # the page shows its title itself
    return [_Read(path, fields, title[:TITLE_LENGTH], (rest if says_title else text).strip("\n"), day)]


def _leading_heading(text: str) -> tuple[str, str]:
    """The heading of the first level that a text starts with, and the text after it."""
    start = "\n".join(text.lstrip("\n").split("\n")[:40])
    first = next(iter(parse_lesson(start)), None)
    if first is None or first.type != "heading_open" or first.markup not in {"#", "="} or not first.map:
        return "", text
    return first.meta["heading"].text, "\n".join(text.lstrip("\n").split("\n")[first.map[1] :])


def _pages(read: list[_Read], findings: Findings) -> list[Page]:
    folders = sorted({page.path.split("/")[0] for page in read if "/" in page.path}, key=natural)
    stems = Counter(_stem(page.path).casefold() for page in read)
    return [
        Page(
            place_id=_place_id(page, stems, findings),
            title=page.title,
            day=_day(page.path, folders) if page.day is None else page.day,
            section=(text_of(page.fields, "section") or _section(page.path))[:SECTION_LENGTH],
            body=page.body,
            source=page.path,
            is_lab=_is_lab(page, findings),
            line=page.fields["id"].line if "id" in page.fields else 0,
        )
        for page in read
    ]


def _stem(path: str) -> str:
    return re.sub(r"[^\w.-]+", "-", path.rsplit("/", maxsplit=1)[-1].rsplit(".", 1)[0]).strip("-.")


def _place_id(page: _Read, stems: Counter[str], findings: Findings) -> str:
    """The id that the page gives itself, else its file's name, with the folders' where two files share one."""
    own = text_of(page.fields, "id")
    if own:
        if not ID.fullmatch(own) or len(own) > ID_LENGTH:
            message = _("An id may hold letters, digits, hyphens, dots and underscores, not “%s”.") % own[:60]
            findings.fault(page.path, page.fields["id"].line, message)
        return own
    stem = _stem(page.path)
    if stems[stem.casefold()] > 1 and "/" in page.path:
        stem = re.sub(r"[^\w.-]+", "-", page.path.rsplit(".", 1)[0]).strip("-.")
    return stem[-ID_LENGTH:] or "page"


def _is_lab(page: _Read, findings: Findings) -> bool:
    value = page.fields.get("lab")
    if value is None or value.text.lower() in FALSE:
        return False
    if value.text.lower() not in TRUE:
        findings.fault(page.path, value.line, _("“lab” must be true or false, not “%s”.") % value.text[:60])
    return True


def _day(path: str, folders: list[str]) -> int:
    """The number in the name of the outermost folder, else its place among its neighbours, else day 1."""
    top = path.split("/", maxsplit=1)[0] if "/" in path else ""
    if top.lower() in PLAIN_FOLDERS:
        return 1
    number = re.search(r"\d{1,4}", top)
    return int(number[0]) if number else folders.index(top) + 1


def _section(path: str) -> str:
    top = path.split("/", maxsplit=1)[0] if "/" in path else ""
    return "" if top.lower() in PLAIN_FOLDERS else _from_name(top)


def _from_name(name: str) -> str:
    """A title from the name of a file or folder: `02-more-tea` reads “More tea”."""
    words = re.sub(r"[-_\s]+", " ", re.sub(r"^\d+[-_.\s]+(?=\S)", "", name)).strip() or name
    return words[:1].upper() + words[1:]


def _in_order(pages: list[Page], wanted: list[str]) -> list[Page]:
    """By day, then by the order that the course gives, then by the names of the files."""
    order = {name.rsplit(".", 1)[0]: number for number, name in enumerate(wanted)}

    def key(page: Page) -> tuple[int, int, list[tuple[int, int, str]]]:
        stem = page.source.rsplit(".", 1)[0]
        place = min(order.get(name, len(order)) for name in (stem, stem.split("/")[-1], page.place_id))
        return page.day, place, natural(page.source)

    return sorted(pages, key=key)


def _with_chapters(pages: list[Page]) -> list[Page]:
    """Each lab belongs to the chapter before it, on the same day."""
    result: list[Page] = []
    chapter: Page | None = None
    for page in pages:
        if not page.is_lab:
            chapter = page
        elif chapter and chapter.day == page.day:
            page = replace(page, chapter_id=chapter.place_id)  # noqa: PLW2901
        result.append(page)
    return result
