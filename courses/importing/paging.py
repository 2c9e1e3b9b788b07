"""Finds which files the pages of a draft need, and what the links in them lead to."""

import mimetypes
import re
from dataclasses import replace

from django.utils.translation import gettext as _

from courses.importing.drafts import Asset, Draft, Findings, Page
from courses.importing.sources import LARGEST_FILE, LONGEST_PATH, Files, join_path
from courses.markdown import render_lesson

SHOWN = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "svg": "image/svg+xml", "pdf": "application/pdf", "csv": "text/csv", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "webm": "video/webm",
}  # fmt: skip
PACKED = frozenset({"zip", "gz", "tgz", "xlsx", "docx", "pptx", "ods", "odt", "parquet", "npy", "npz", "sqlite", "db"})
PLAIN = frozenset({
    "txt", "py", "r", "sql", "sh", "json", "jsonl", "yaml", "yml", "toml", "ini", "cfg", "tsv", "c", "h", "cpp", "java",
    "js", "ts", "go", "rs", "ipynb", "tex", "bib", "conf", "dockerfile", "log",
})  # fmt: skip
PAGE_SUFFIX = re.compile(r"(?:\.(?:md|markdown|Rmd|qmd|html?))?/?$")


def content_type(path: str) -> str:
    """The type under which a file is served; "" for files that a course may not bring. Never a page or a script."""
    suffix = path.rsplit(".", 1)[-1].lower() if "." in path else ""
    if suffix in SHOWN:
        return SHOWN[suffix]
    if suffix in PLAIN:
        return "text/plain; charset=utf-8"
    return (mimetypes.guess_type(path)[0] or "application/octet-stream") if suffix in PACKED else ""


class Places:
    """Resolves what the text of a page points at: other pages, and files of the course."""

    def __init__(self, draft: Draft) -> None:
        self.names = dict(draft.names)
        for page in draft.pages:
            self.names.setdefault(page.place_id, page.place_id)
            self.names[PAGE_SUFFIX.sub("", page.source)] = page.place_id

    def page(self, source: str, target: str) -> str | None:
        """The id of the page that a link in `source` leads to."""
        jump = re.search(r"/jump_to(?:_id)?/(?:.*[/@])?([^/@]+)/?$", target)
        if jump:
            return self.names.get(jump[1])
        path = join_path(source, target)
        stem = PAGE_SUFFIX.sub("", path) if path else ""
        return self.names.get(stem) or self.names.get(stem.removesuffix("/index")) or self.names.get(stem.split("/")[-1])

    def file(self, source: str, target: str) -> str | None:
        """The path of the file of the course that `target`, as written in `source`, means."""
        block = re.search(r"(?:type@asset\+block@|/asset/)([^/]+)$", target)
        if block:
            return f"static/{block[1].replace('@', '/')}"
        return join_path(source, target)


def with_assets(draft: Draft, files: Files, findings: Findings) -> Draft:
    """The draft with the files that its pages show or link to; what is missing is noted with its line."""
    places = Places(draft)
    wanted: dict[str, tuple[Page, str]] = {}
    for page in draft.pages:
        for target in _targets(page, places):
            wanted.setdefault(places.file(page.source, target) or target, (page, target))
    assets = [_asset(path, page, target, files, findings) for path, (page, target) in sorted(wanted.items())]
    return replace(draft, assets=tuple(asset for asset in assets if asset))


def _targets(page: Page, places: Places) -> list[str]:
    """What a page shows or links to that is no page of the course."""
    found: list[str] = []

    def keep(target: str) -> str:
        found.append(target)
        return target

    render_lesson(page.body, asset_url=keep, page_url=lambda target: places.page(page.source, target))
    return found


def _asset(path: str, page: Page, target: str, files: Files, findings: Findings) -> Asset | None:
    kind = content_type(path)
    if path not in files:
        message = _("“%s” is named here but is not there.") % target[:200]
    elif not kind or len(path) > LONGEST_PATH:
        message = _("“%s” is of a kind that a course cannot bring; the link is left out.") % target[:200]
    elif len(content := files.load(path)) > LARGEST_FILE:
        message = _("“%s” is too large.") % target[:200]
    else:
        return Asset(path, kind, content)
    findings.note(page.source, _line_of(target, page.source, files), message)
    return None


def _line_of(words: str, source: str, files: Files) -> int:
    """The first line of a file that holds these words, 0 when none does."""
    if source not in files:
        return 0
    lines = files.load(source).decode("utf-8", "replace").split("\n")
    return next((number for number, line in enumerate(lines, 1) if words in line), 0)
