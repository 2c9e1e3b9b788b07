"""Reads a file of questions, whatever of the three formats it is in."""

from collections.abc import Collection
from pathlib import Path

from django.utils.translation import gettext as _

from planning.importing.drafts import Draft, checked
from planning.importing.faults import BadQuestions, Fault
from planning.importing.gift_drafts import read_gift
from planning.importing.objects import read_json
from planning.importing.tables import read_csv

LARGEST = 5_000_000  # bytes
MOST = 5000  # questions, and points
NAMES = ".csv, .json, .gift, .txt"


def read(path: Path, point_codes: Collection[str] = ()) -> Draft:
    """Raises BadQuestions."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise BadQuestions([Fault(0, _("The file cannot be read: %s.") % (error.strerror or error))]) from error
    return read_bytes(data, path.name, point_codes, size=size)


def read_bytes(data: bytes, name: str, point_codes: Collection[str] = (), *, size: int = 0) -> Draft:
    """`point_codes`: of the subject, so that GIFT's tags can be points. Raises BadQuestions."""
    if max(size, len(data)) > LARGEST:
        raise BadQuestions([Fault(0, _("The file is larger than %d MB.") % (LARGEST // 1_000_000))])
    draft = checked(_read(_decoded(data), Path(name).suffix.lower(), point_codes))
    if len(draft.questions) > MOST or len(draft.points) > MOST:
        raise BadQuestions([Fault(0, _("A file holds up to %d questions.") % MOST)])
    return draft


def _read(source: str, ending: str, point_codes: Collection[str]) -> Draft:
    if ending == ".json":
        return read_json(source)
    if ending == ".csv":
        return read_csv(source)
    if ending in {".gift", ".txt"}:
        return read_gift(source, point_codes)
    raise BadQuestions([Fault(0, _("The name of the file says what is in it: %s.") % NAMES)])


def _decoded(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadQuestions([Fault(line, _("This is not UTF-8. Save the file with the encoding UTF-8."))]) from error
    if "\x00" in text:
        raise BadQuestions([Fault(text.count("\n", 0, text.index("\x00")) + 1, _("There is a zero byte in the text."))])
    return text
