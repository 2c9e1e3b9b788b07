"""Reading courses from folders and archives: what is derived, and what is refused with file and line."""

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from courses.importing import BadCourse, Draft, read, sources


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def faults(path: Path) -> list[str]:
    with pytest.raises(BadCourse) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def pages(draft: Draft) -> list[tuple]:
    return [(page.place_id, page.title, page.day, page.section, page.is_lab) for page in draft.pages]


def test_it_reads_what_the_front_matter_says(tmp_path):
    write(tmp_path, {
        "course.yaml": "title: Tea\nslug: tea-course\ndescription: >-\n  All about\n  tea.\nlanguage: en\n",
        "b.md": "---\nid: 00123\ntitle: 'Water: hot'\nday: 2\nsection: Basics\n---\n\n# Water: hot\n\nBoil it.\n",
        "c.md": "---\nid: brew\nlab: yes\nday: 2\n---\nBrew it.\n",
        "a.md": "\ufeff---\r\ntitle: Leaves\r\nday: 3\r\n...\r\nGreen.\r\n",
    })  # fmt: skip
    draft = read(tmp_path)
    assert (draft.form, draft.title, draft.slug, draft.description, draft.language) == (
        "markdown", "Tea", "tea-course", "All about tea.", "en",
    )  # fmt: skip
    assert pages(draft) == [
        ("00123", "Water: hot", 2, "Basics", False),
        ("brew", "C", 2, "", True),
        ("a", "Leaves", 3, "", False),
    ]
    assert [page.body for page in draft.pages] == ["Boil it.", "Brew it.", "Green."]
    assert draft.pages[1].chapter_id == "00123"


def test_it_derives_what_is_not_said(tmp_path):
    write(tmp_path / "my-tea", {
        "README.md": "# My tea\n\nAbout.\n",
        "LICENSE.md": "MIT",
        ".git/x.md": "hidden",
        "day-2-water/10-hot.md": "# Hot water\n\ntext",
        "day-2-water/2-cold.md": "text",
        "day-1-leaves/intro.md": "Intro\n=====\n\ntext",
        "day-2-water/intro.md": "text",
    })  # fmt: skip
    draft = read(tmp_path / "my-tea")
    assert draft.title == "My tea"
    assert pages(draft) == [
        ("day-1-leaves-intro", "Intro", 1, "Day 1 leaves", False),
        ("2-cold", "Cold", 2, "Day 2 water", False),
        ("10-hot", "Hot water", 2, "Day 2 water", False),
        ("day-2-water-intro", "Intro", 2, "Day 2 water", False),
    ]


def test_it_follows_the_order_that_a_course_gives(tmp_path):
    write(tmp_path, {
        "config.yaml": "title: T\nepisodes:\n- z.md\n- a.md\n",
        "episodes/a.md": "a", "episodes/z.md": "z", "episodes/m.md": "m",
    })  # fmt: skip
    assert [page.place_id for page in read(tmp_path).pages] == ["z", "a", "m"]


def test_it_brings_the_files_that_pages_use(tmp_path):
    write(tmp_path, {
        "part/a.md": "![x](img/a%20b.png) [d](../data/d.csv) ![no](gone.png)\n\n[p](b.md) ![out](../../x.png) [h](x.html)",
        "part/b.md": "b", "part/img/a b.png": b"\x89PNG", "data/d.csv": "1,2", "data/unused.csv": "3", "part/x.html": "<script>",
    })  # fmt: skip
    draft = read(tmp_path)
    assert [(asset.path, asset.content_type) for asset in draft.assets] == [
        ("data/d.csv", "text/csv"),
        ("part/img/a b.png", "image/png"),
    ]
    assert [str(note) for note in draft.notes] == [
        "part/a.md:3: “../../x.png” is named here but is not there.",
        "part/a.md:1: “gone.png” is named here but is not there.",
    ]


BROKEN = [
    ({"a.md": "---\ntitle: x\ntext"}, ["a.md:1: The front matter starts with --- but does not end with ---."]),
    ({"a.md": "---\ntitle: [x\n---\n"}, ["a.md:2: This is no valid YAML"]),
    ({"a.md": "---\ntitle: x\nid: a: b\n---\n"}, ["a.md:3: This is no valid YAML: mapping values are not allowed here."]),
    ({"a.md": "---\n- x\n---\n"}, ["a.md:2: The front matter must be lines of the form “name: value”."]),
    ({"a.md": "---\nday: two\n---\n"}, ["a.md:2: “day” must be a whole number, not “two”."]),
    ({"a.md": "---\nday: -1\n---\n"}, ["a.md:2: “day” must be a whole number, not “-1”."]),
    ({"a.md": "---\nday: 1\nlab: perhaps\n---\n"}, ["a.md:3: “lab” must be true or false, not “perhaps”."]),
    ({"a.md": "---\nid: a\nid: b\n---\n"}, ["a.md:3: “id” stands here twice."]),
    ({"a.md": "---\nid: ../up\n---\n"}, ["a.md:2: An id may hold letters, digits, hyphens, dots and underscores, not “../up”."]),
    ({"a.md": "---\nid: x\n---\n", "b.md": "---\ntitle: B\nid: X\n---\n"}, ["b.md:3: The id “X” is already that of a.md."]),
    ({"a.md": b"one\ntwo \x96\n"}, ["a.md:2: This is not UTF-8: byte 0x96. Save the file as UTF-8."]),
    ({"a.md": "one\n\ntwo\0"}, ["a.md:3: The file holds a NUL character."]),
    ({"a.md": "---\nday: x\n---\n", "b.md": b"\xff", "c.md": "fine"}, ["a.md:2: “day”", "b.md:1: This is not UTF-8"]),
    ({"course.yaml": "title: [", "a.md": "a"}, ["course.yaml:1: This is no valid YAML"]),
    ({"x.txt": "no page"}, [": The course is empty: there is no course.xml and no Markdown page."]),
    ({"a.md": "---\n" + "x: {" * 2000 + "\n---\n"}, ["a.md:"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), BROKEN)
def test_it_names_every_fault_with_file_and_line(tmp_path, files, expected):
    found = faults(write(tmp_path, files))
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))


def test_it_refuses_links_and_special_files_in_a_folder(tmp_path):
    write(tmp_path, {"a.md": "a"})
    os.symlink("/etc/passwd", tmp_path / "b.md")
    os.symlink("/etc", tmp_path / "c")
    os.mkfifo(tmp_path / "d.md")
    assert [fault.split(":")[0] for fault in faults(tmp_path)] == ["b.md", "c", "d.md"]


def test_it_keeps_yaml_from_growing(tmp_path):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a,*a,*a,*a,*a,*a]\n" for n in range(50))
    write(tmp_path, {"a.md": f"---\n{bomb}title: fine\n---\ntext"})
    assert read(tmp_path).pages[0].title == "fine"


# Archives


def tar(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for member, content in members:
            member.size = member.size or len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, **values) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in values.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_it_reads_an_archive(tmp_path, mode):
    path = tar(tmp_path / "tea.tar.gz", [(member("./tea/a.md"), b"# Tea\n\ntext")], mode)
    draft = read(path)
    assert (draft.title, draft.new_title, pages(draft)) == ("", "Tea", [("a", "Tea", 1, "", False)])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (member("../evil.md"), "../evil.md: The name leads outside"),
        (member("/etc/evil.md"), "/etc/evil.md: The name leads outside"),
        (member("a/../../evil.md"), "a/../../evil.md: The name leads outside"),
        (member("a\\evil.md"), "The name leads outside"),
        (member("C:/evil.md"), "The name leads outside"),
        (member("line\nbreak.md"), "line?break.md: The name leads outside"),
        (member("x" * 400 + ".md"), "The path is longer than 300 characters."),
        (member("link.md", tarfile.SYMTYPE, linkname="/etc/passwd"), "link.md: This is a link"),
        (member("hard.md", tarfile.LNKTYPE, linkname="a.md"), "hard.md: This is a link"),
        (member("null", tarfile.CHRTYPE), "null: This is no ordinary file."),
        (member("pipe", tarfile.FIFOTYPE), "pipe: This is no ordinary file."),
        (member("a.md"), "a.md: The archive holds this file twice."),
    ],
)
def test_it_refuses_hostile_members(tmp_path, bad, message):
    path = tar(tmp_path / "course.tar.gz", [(member("a.md"), b"a"), (bad, b"")])
    found = faults(path)
    assert len(found) == 1
    assert message in found[0]


class _Zeros(io.RawIOBase):
    def __init__(self, size):
        self.left = size

    def read(self, size=-1):
        size = min(size if size >= 0 else self.left, self.left)
        self.left -= size
        return b"\0" * size


@pytest.mark.parametrize("sizes", [[19 * 2**20] * 60, [2**40]])
def test_it_refuses_archive_bombs_without_unpacking_them(tmp_path, sizes, monkeypatch):
    loaded = []
    monkeypatch.setattr(sources._Counted, "read", _counting(sources._Counted.read, loaded))
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number, size in enumerate(sizes):
            info = member(f"{number}.md", size=size)
            archive.addfile(info, None if size > 2**30 else _Zeros(size))
    (found,) = faults(path)
    assert "MB" in found
    assert sum(loaded) < 32 * 2**20
    assert not list(tmp_path.glob("[!b]*"))


def _counting(read_some, loaded):
    def counted(self, size=-1):
        data = read_some(self, size)
        loaded.append(len(data))
        return data

    return counted


def test_it_refuses_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_FILES", 5)
    assert "files" in faults(tar(tmp_path / "many.tar.gz", [(member(f"{n}.md"), b"x") for n in range(6)]))[0]
    write(tmp_path / "folder", {f"{n}.md": "x" for n in range(6)})
    assert "files" in faults(tmp_path / "folder")[0]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08garbage", b"PK\x03\x04", b"\0" * 2048, os.urandom(4000), b"\x1f\x8b"])
def test_it_refuses_what_is_no_archive(tmp_path, content):
    path = tmp_path / "course.tar.gz"
    path.write_bytes(content)
    assert len(faults(path)) == 1


def test_it_refuses_half_an_archive(tmp_path):
    path = tar(tmp_path / "course.tar.gz", [(member("a.md"), json.dumps([os.urandom(3000).hex()]).encode())])
    path.write_bytes(path.read_bytes()[:-1500])
    assert len(faults(path)) == 1
