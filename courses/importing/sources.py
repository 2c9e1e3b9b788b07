"""The files of a course, from a folder or from a tar archive, without trusting either.

Symbolic links, devices and names that lead outside are refused. An archive is read as a stream, in memory, and counted
while it is read: nothing is unpacked to disk, and no name in it is ever used as the name of a file. Too much of
anything (one file, all files, how many, how strongly packed) stops the reading at that point.
"""

import gzip
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from courses.importing.drafts import BadCourse, Fault, Findings

MIB = 1024 * 1024
LARGEST_FILE = 20 * MIB
LARGEST_COURSE = 200 * MIB
MOST_FILES = 20_000
LONGEST_PATH = 300  # characters, as the column of a course's file allows
STRONGEST_PACKING = 100  # bytes out for one in; text packs about 5 to 1, a bomb 1,000 to 1
FREE_OF_RATIO = 8 * MIB  # small archives of repetitive text may pack strongly
UNTOLD = frozenset({"course", "content", "contents", "docs", "episodes", "lessons", "pages", "src"})  # say nothing of it
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "_site", "__MACOSX"})


@dataclass(frozen=True, slots=True)
class Files:
    """Files by their path below the course's root, with `/` between the parts, in order."""

    name: str
    paths: tuple[str, ...]
    load: Callable[[str], bytes]
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset(self.paths))

    def __contains__(self, path: object) -> bool:
        return path in self.known

    def below(self, folder: str) -> "Files":
        """The files of one folder, as if it were the root."""
        if not folder:
            return self
        start = f"{folder}/"
        paths = tuple(path.removeprefix(start) for path in self.paths if path.startswith(start))
        return Files(self.name, paths, lambda path: self.load(start + path))


def open_files(path: Path) -> Files:
    """The files of a folder or an archive; raises BadCourse with everything that is wrong with them."""
    findings = Findings()
    if path.is_dir():
        files = _folder(path, findings)
    elif path.is_file():
        with path.open("rb") as packed:
            files = _archive(packed, path.name, findings)
    else:
        raise BadCourse([Fault(str(path), 0, _("There is no such file or folder."))])
    findings.stop_if_bad()
    return files


def is_skipped(path: str) -> bool:
    """Hidden files, and folders that tools fill: no part of a course."""
    return any(part.startswith(".") or part in SKIPPED_FOLDERS for part in path.split("/"))


# Folders


def _folder(root: Path, findings: Findings) -> Files:
    paths: list[str] = []
    total = 0
    for entry, path in _walk(root, "", findings):
        size = entry.stat(follow_symlinks=False).st_size
        total += size
        if size > LARGEST_FILE:
            findings.fault(path, 0, _too_large(size))
        paths.append(path)
        if total > LARGEST_COURSE or len(paths) > MOST_FILES:
            raise BadCourse([*findings.faults, Fault(path, 0, _too_much())])

    def load(path: str) -> bytes:
        handle = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            return file.read(LARGEST_FILE + 1)

    name = root.resolve().name
    return Files(root.resolve().parent.name if name.lower() in UNTOLD else name, tuple(sorted(paths)), load)


def _walk(folder: Path, prefix: str, findings: Findings) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Ordinary files below a folder; links and special files are faults."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = prefix + entry.name
        if is_skipped(entry.name):
            continue
        if entry.is_symlink():
            findings.fault(_shown(path), 0, _("This is a symbolic link; put the file itself there."))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{path}/", findings)
        elif not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            findings.fault(_shown(path), 0, _("This is no ordinary file."))
        elif problem := _bad_name(path):
            findings.fault(_shown(path), 0, problem)
        else:
            yield entry, path


# Archives


class _Counted(io.RawIOBase):
    """What comes out of the packing, counted: stops the reading when it is too much."""

    def __init__(self, inner: IO[bytes], packed: IO[bytes]) -> None:
        self.inner, self.packed, self.total = inner, packed, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.inner.read(min(size, MIB) if size >= 0 else MIB)
        self.total += len(data)
        ratio = self.total / max(self.packed.tell(), 1)
        if self.total > LARGEST_COURSE or (self.total > FREE_OF_RATIO and ratio > STRONGEST_PACKING):
            raise _TooMuch
        return data


class _TooMuch(Exception):
    """The archive holds more than a course may."""


def open_archive(packed: IO[bytes], name: str) -> Files:
    """The files of an archive that is open for reading; raises BadCourse with everything that is wrong with it."""
    findings = Findings()
    files = _archive(packed, name, findings)
    findings.stop_if_bad()
    return files


def _archive(packed: IO[bytes], name: str, findings: Findings) -> Files:
    contents: dict[str, bytes] = {}
    try:
        is_gzip = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        stream = gzip.GzipFile(fileobj=packed) if is_gzip else packed
        counted = _Counted(stream, packed)  # type: ignore[arg-type]
        with tarfile.open(fileobj=counted, mode="r|", errorlevel=2) as archive:
            _read_members(archive, contents, findings)
    except _TooMuch:
        findings.fault(name, 0, _too_much())
    except (tarfile.TarError, EOFError, zlib.error, OSError, UnicodeError, ValueError):
        findings.fault(name, 0, _("This is no folder and no readable .tar.gz archive."))
    return Files(name.split(".tar", maxsplit=1)[0].removesuffix(".tgz"), tuple(sorted(contents)), contents.__getitem__)


def _read_members(archive: tarfile.TarFile, contents: dict[str, bytes], findings: Findings) -> None:
    for count, member in enumerate(archive, 1):
        if count > MOST_FILES:
            raise _TooMuch
        path = member.name.removeprefix("./").rstrip("/")
        if member.size > LARGEST_FILE:  # before any of it is read; skipping it would unpack it too
            findings.fault(_shown(path), 0, _too_large(member.size))
            return
        problem = _bad_name(path) if path not in {"", "."} else ""
        if problem:
            findings.fault(_shown(path), 0, problem)
        elif member.issym() or member.islnk():
            findings.fault(_shown(path), 0, _("This is a link; put the file itself there."))
        elif not member.isreg() and not member.isdir():
            findings.fault(_shown(path), 0, _("This is no ordinary file."))
        elif member.isreg() and path in contents:
            findings.fault(_shown(path), 0, _("The archive holds this file twice."))
        elif member.isreg() and not is_skipped(path):
            file = archive.extractfile(member)
            contents[path] = file.read() if file else b""


# Names


def _bad_name(path: str) -> str:
    """What is wrong with a path, or ""."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _("The name is not UTF-8.")
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ".." in parts or ":" in parts[0] or not path.isprintable():
        return _("The name leads outside the course or holds unusual characters.")
    if len(path) > LONGEST_PATH or len(parts) > 20:
        return _("The path is longer than %(limit)d characters.") % {"limit": LONGEST_PATH}
    return ""


def _shown(path: str) -> str:
    """A path as it may be printed."""
    return path.encode("utf-8", "backslashreplace").decode().translate(dict.fromkeys(range(32), "?"))[:LONGEST_PATH]


def _too_large(size: int) -> str:
    return _("The file has %(size)d MB; the limit is %(limit)d MB.") % {
        "size": -(-size // MIB),
        "limit": LARGEST_FILE // MIB,
    }


def _too_much() -> str:
    return _("The course is larger than %(limit)d MB, has more than %(files)d files or is packed like a bomb.") % {
        "limit": LARGEST_COURSE // MIB,
        "files": MOST_FILES,
    }


def join_path(source: str, target: str) -> str | None:
    """The path that `target`, as written in the file `source`, leads to; None when it leads outside the course."""
    parts: list[str] = [] if target.startswith("/") else list(PurePosixPath(source).parts[:-1])
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
