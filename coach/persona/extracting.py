"""Reading a profile or a CV that a trainer pasted, or LinkedIn's export of their own data, by rule. What is found is a proposal:
the trainer corrects it before anything is kept. Nothing is fetched from anywhere.

Ways to reach somebody (addresses, numbers, links) and whatever speaks of others (references, recommendations, contacts,
messages) are never taken over. Refuses files that are no text, are too large, or are an archive that cannot be read safely.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

LARGEST_FILE = 5 * 2**20  # bytes
LARGEST_INSIDE = 2 * 2**20  # bytes of all that is read of an archive
MOST_FILES = 300
MOST_TEXT = 60_000  # characters
MOST_ITEMS, ITEM, ABOUT, HEADLINE = 15, 160, 1500, 200

HEADS = {
    "about": r"about( me)?|summary|profile|personal statement|introduction",
    "expertise": r"(top |key |core |technical )?skills|expertise|competenc(e|ies)|fields? of (work|expertise)|specialt(y|ies)",
    "experience": r"(work |professional )?experience|employment( history)?|career( history)?|positions?",
    "education": r"education|studies|academic background|qualifications?|degrees?",
    "languages": r"languages?",
    "": r"contact( details| information)?|references?|referees?|recommendations?.*|honou?rs.*|publications?|interests?|hobbies"
    r"|projects?|certifications?|licen[sc]es.*|volunteer.*|personal (data|details|information)|connections?|messages?",
}
HEAD = {name: re.compile(rf"^\W*({pattern})\W*$", re.IGNORECASE) for name, pattern in HEADS.items()}
REACH = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|\b\S+\.(com|org|net|io|me|de|co\.uk)(/\S*)?\b"
    r"|(?<!\d)(?!(?:19|20)\d\d\s*[-–—/]\s*(?:19|20)\d\d\b)\+?\d(?:[ ()./-]*\d){6,}"
    r"|\b(phone|mobile|tel|e-?mail|address|date of birth|born|nationality|marital status|passport)\b\s*[:.].*",
    re.IGNORECASE,
)
YEARS = re.compile(r"\b((19|20)\d\d)\b.*(\b(19|20)\d\d\b|present|now|today)|\b(19|20)\d\d\s*[-–—]", re.IGNORECASE)
FILES = {"profile.csv", "positions.csv", "education.csv", "skills.csv", "languages.csv"}  # of the export; all others stay closed


class ProfileRefused(ValueError):
    """Says to the trainer why it cannot be read; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Profile:
    """What was found of a person's career."""

    headline: str = ""
    about: str = ""
    expertise: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    education: tuple[str, ...] = ()
    languages: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())

    def as_info(self) -> dict[str, str | list[str]]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def from_file(name: str, content: bytes) -> Profile:
    """Of plain text, one of LinkedIn's tables, or its archive. Raises ProfileRefused."""
    if len(content) > LARGEST_FILE:
        raise ProfileRefused("too_large", _("The file may have %(mb)d MB.") % {"mb": LARGEST_FILE // 2**20})
    if content[:4] == b"PK\x03\x04":
        return _checked(from_tables(_unpacked(content)))
    if content[:5] == b"%PDF-":
        raise ProfileRefused("pdf", _("A PDF cannot be read here. Open it, copy its text, and paste that."))
    text = _decoded(content)
    if name.lower().endswith(".csv"):
        return _checked(from_tables([(name, text)]))
    return from_text(text)


def from_text(text: str) -> Profile:
    """Raises ProfileRefused when nothing can be made of it."""
    if "\x00" in text:
        raise ProfileRefused("unreadable", _("This is not plain text."))
    return _checked(_by_heads(text[:MOST_TEXT].replace("\r\n", "\n").split("\n")))


def without_others(text: str) -> str:
    """The text as somebody else may read it: no way to reach anybody, and nothing below a heading that speaks of others."""
    kept, is_open = [], True
    for line in text[:MOST_TEXT].replace("\r\n", "\n").split("\n"):
        head = next((name for name, pattern in HEAD.items() if pattern.match(line)), None)
        is_open = is_open if head is None else bool(head)
        if is_open:
            kept.append(REACH.sub("", line).rstrip())
    return "\n".join(kept)


def tidy(profile: Profile) -> Profile:
    """Within the limits, without ways to reach anybody, each item once."""
    lists = {name: _items(getattr(profile, name)) for name in ("expertise", "experience", "education", "languages")}
    return replace(profile, headline=_line(profile.headline)[:HEADLINE], about=_paragraphs(profile.about)[:ABOUT], **lists)


def _checked(profile: Profile) -> Profile:
    found = tidy(profile)
    if found.is_empty:
        raise ProfileRefused("nothing", _("Nothing was found in it that could be used. Fill in the fields by hand."))
    return found


def _by_heads(lines: Iterable[str]) -> Profile:
    """Below a heading that is known until the next; the first lines are the name and the headline."""
    parts: dict[str, list[str]] = {name: [] for name in (*HEADS, "begin")}
    into = "begin"
    for line in lines:
        head = next((name for name, pattern in HEAD.items() if pattern.match(line)), None)
        into = into if head is None else head
        if head is None:
            parts[into].append(line.strip())
    begin = [line for line in parts["begin"] if line and not REACH.search(line)]
    rest = begin[2:] if len(begin) > 2 and len(" ".join(begin[2:])) > 80 else []
    return Profile(
        headline=begin[1] if len(begin) > 1 else "",
        about="\n".join(parts["about"] or rest),
        expertise=tuple(_split(parts["expertise"])),
        experience=tuple(_entries(parts["experience"])),
        education=tuple(_entries(parts["education"])),
        languages=tuple(_split(parts["languages"])),
    )


def _split(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from re.split(r"\s*[,;|•·]\s*|\s{3,}", line.strip(" -–•*·\t"))


def _entries(lines: Iterable[str]) -> Iterator[str]:
    """One line for each entry: those above a line with years belong to it; descriptions below are left out."""
    held: list[str] = []
    lines = list(lines)
    if not any(YEARS.search(line) for line in lines):
        yield from (line.strip(" -–•*·\t") for line in lines if len(line) <= ITEM)
        return
    for line in lines:
        text = line.strip(" -–•*·\t")
        if not text or len(text) > ITEM:
            held = []
        elif YEARS.search(text):
            yield ", ".join([*held[-2:], text])
            held = []
        elif not line.lstrip().startswith(("-", "–", "•", "*", "·")):
            held.append(text)


def from_tables(tables: Iterable[tuple[str, str]]) -> Profile:
    """Of LinkedIn's tables by their names; contacts, messages and whatever else is in the archive are not looked at."""
    found = Profile()
    for name, text in tables:
        kind = name.replace("\\", "/").rpartition("/")[2].lower()
        rows = list(_rows(text)) if kind in FILES else []
        found = replace(found, **_table(kind, rows)) if rows else found
    return found


def _table(kind: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    if kind == "profile.csv":
        return {"headline": rows[0].get("Headline", ""), "about": rows[0].get("Summary", "")}
    if kind == "positions.csv":
        return {"experience": tuple(_joined(row, "Title", "Company Name", "Started On", "Finished On") for row in rows)}
    if kind == "education.csv":
        return {"education": tuple(_joined(row, "Degree Name", "School Name", "Start Date", "End Date") for row in rows)}
    name = {"skills.csv": "expertise", "languages.csv": "languages"}[kind]
    return {name: tuple(row.get("Name", "") for row in rows)}


def _joined(row: dict[str, str], what: str, where: str, start: str, end: str) -> str:
    years = " – ".join(part for part in (row.get(start, ""), row.get(end, "")) if part)
    return ", ".join(part for part in (row.get(what, ""), row.get(where, ""), years) if part)


def _rows(text: str) -> Iterator[dict[str, str]]:
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text))):
            if number >= 200:
                return
            yield {str(name).strip(): str(value or "").strip() for name, value in row.items() if name}
    except csv.Error:
        raise ProfileRefused("unreadable", _("This table cannot be read.")) from None


def _unpacked(content: bytes) -> Iterator[tuple[str, str]]:
    """The wanted tables of an archive, counted while they are read; its paths are names and nothing else."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise ProfileRefused("too_many", _("This archive holds too many files."))
            left = LARGEST_INSIDE
            for entry in entries:
                name = entry.filename.replace("\\", "/").rpartition("/")[2]
                if name.lower() not in FILES:
                    continue
                with archive.open(entry) as handle:
                    data = handle.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise ProfileRefused("too_large", _("What is in this archive is too large."))
                yield name, _decoded(data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        if isinstance(error, ProfileRefused):
            raise
        raise ProfileRefused("unreadable", _("This archive cannot be read.")) from None


def _decoded(content: bytes) -> str:
    try:
        text = content[: 4 * MOST_TEXT].decode("utf-8-sig", errors="strict" if len(content) <= 4 * MOST_TEXT else "ignore")
    except UnicodeDecodeError:
        raise ProfileRefused("unreadable", _("This is not plain text in UTF-8. Paste the text instead.")) from None
    if "\x00" in text:
        raise ProfileRefused("unreadable", _("This is not plain text."))
    return text


def _items(values: Iterable[str]) -> tuple[str, ...]:
    clean = (_line(value)[:ITEM] for value in values)
    return tuple(dict.fromkeys(value for value in clean if len(value) > 1))[:MOST_ITEMS]


def _line(text: str) -> str:
    return " ".join("".join(sign for sign in REACH.sub("", text) if sign.isprintable() or sign == " ").split()).strip(" ,;|-–")


def _paragraphs(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := _line(part)))
