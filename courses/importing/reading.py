"""Reads a course from wherever it is: the format is found out, not asked for."""

from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from courses.importing.drafts import BadCourse, Draft, Fault, Findings
from courses.importing.markdown_folder import is_markdown_folder, read_markdown_folder
from courses.importing.olx import olx_root, read_olx
from courses.importing.sources import Files, open_archive, open_files


def read(path: Path | str) -> Draft:
    """The course at a path: a folder of Markdown, an Open edX course (OLX) as a folder, or either as .tar.gz. Raises
    BadCourse with all faults that were found.
    """
    return _read(open_files(Path(path)), str(path))


def read_archive(packed: IO[bytes], name: str) -> Draft:
    """The course in an archive that is open for reading, such as an upload; `name` is only shown."""
    return _read(open_archive(packed, name), name)


def _read(files: Files, name: str) -> Draft:
    findings = Findings()
    root = olx_root(files)
    if root is not None:
        return read_olx(files.below(root), findings)
    if is_markdown_folder(files):
        return read_markdown_folder(files, findings)
    raise BadCourse([Fault(name, 0, _("The course is empty: there is no course.xml and no Markdown page."))])
