"""Importing into the database: the preview is true, nothing is lost, doing it twice changes nothing."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.door import SYSTEM, acting_as
from courses.importing import Changes, CourseHasMoved, Draft, apply, compare, read
from courses.models import Chapter, Course
from tests.courses.olx import COURSE
from tests.courses.test_reading import write

pytestmark = pytest.mark.django_db

TEA = {
    "course.yaml": "title: Tea\ndescription: All about tea.\nlanguage: de\n",
    "1-water.md": "---\nid: water\nsection: Basics\n---\n# Water\n\n![cup](cup.png) Go on to [leaves](2-leaves.md#green).\n",
    "2-leaves.md": "---\nid: leaves\nsection: Basics\n---\n# Leaves\n\n## Green\n\nGreen.\n",
    "3-lab.md": "---\nid: brew\nlab: true\n---\n# Brew\n\nBrew it.\n",
    "4-milk.md": "---\nid: milk\nday: 2\n---\n# Milk\n\nOr not.\n",
    "cup.png": b"\x89PNG",
}


def take(course: Course, draft: Draft) -> Changes:
    """Imports as the system does."""
    with acting_as(SYSTEM):
        return apply(course, draft, compare(course, draft))


def kinds(changes: Changes) -> list[tuple[str, str]]:
    return [(change.kind, change.place_id) for change in changes.pages]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "tea", TEA)


def test_it_stores_pages_labs_files_and_topics(course, folder):
    changes = take(course, read(folder))
    assert changes.counts() == {"added": 4, "changed": 0, "renamed": 0, "moved": 0, "removed": 0, "unchanged": 0}
    with acting_as(SYSTEM):
        course.refresh_from_db()
        assert (course.title, course.description, course.language, course.content_version) == (
            "Tea",
            "All about tea.",
            "german",
            1,
        )
        water, leaves, milk = course.chapters.all()
        assert (water.place_id, water.day, water.section, water.position) == ("water", 1, "Basics", 1)
        assert 'src="/courses/containers/files/cup.png"' in water.html
        assert 'href="/courses/containers/leaves/#at-green"' in water.html
        assert leaves.outline == [{"id": "at-green", "level": 2, "text": "Green"}]
        assert course.labs.get().chapter == leaves
        assert (course.assets.get().path, bytes(course.assets.get().content)) == ("cup.png", b"\x89PNG")
        assert list(course.topics.values_list("name", "chapter_id")) == [("Basics", water.pk), ("Milk", milk.pk)]


def test_it_changes_nothing_the_second_time(course, folder):
    take(course, read(folder))
    with acting_as(SYSTEM):
        before = list(course.chapters.values()), list(course.labs.values()), list(course.assets.values())
    changes = take(course, read(folder))
    assert changes.is_empty
    with acting_as(SYSTEM):
        course.refresh_from_db()
        assert course.content_version == 1
        assert (list(course.chapters.values()), list(course.labs.values()), list(course.assets.values())) == before


def test_it_previews_and_makes_exactly_the_changes(course, folder):
    take(course, read(folder))
    (folder / "2-leaves.md").unlink()
    write(folder, {
        "0-new.md": "# New\n\nnew",
        "1-water.md": TEA["1-water.md"].replace("leaves](2-leaves.md#green)", "milk](4-milk.md)"),
        "4-milk.md": "---\nid: milk\nday: 1\ntitle: More milk\n---\n\nOr not.\n",
        "cup.png": b"\x89PNG2",
    })  # fmt: skip
    draft = read(folder)
    with acting_as(SYSTEM):
        preview = compare(course, draft)
    assert kinds(preview) == [
        ("added", "0-new"),
        ("changed", "water"),
        ("renamed", "milk"),
        ("moved", "milk"),
        ("removed", "leaves"),
    ]
    assert preview.of("changed")[0].detail == "1 lines in, 1 lines out"
    assert (preview.unchanged, preview.assets) == (1, {"added": 0, "changed": 1, "removed": 0})
    assert take(course, draft) == preview
    with acting_as(SYSTEM):
        versions = {chapter.place_id: (chapter.version, chapter.removed_at is None) for chapter in course.chapters.all()}
        assert versions == {"0-new": (1, True), "water": (2, True), "milk": (2, True), "leaves": (1, False)}
        assert course.labs.get().chapter.place_id == "water"


def test_it_keeps_removed_pages_and_brings_them_back_as_the_same(course, folder):
    take(course, read(folder))
    with acting_as(SYSTEM):
        key = Chapter.objects.get(chapter_id="milk").pk
    (folder / "4-milk.md").unlink()
    take(course, read(folder))
    with acting_as(SYSTEM):
        assert not course.chapters.current().filter(chapter_id="milk").exists()
    write(folder, {"4-milk.md": TEA["4-milk.md"]})
    assert kinds(take(course, read(folder))) == [("added", "milk")]
    with acting_as(SYSTEM):
        assert course.chapters.current().get(chapter_id="milk").pk == key


def test_it_calls_moved_only_what_changes_its_place(course):
    take(course, draft_of("a", "b", "c", "d", "e"))
    with acting_as(SYSTEM):
        assert kinds(compare(course, draft_of("a", "d", "b", "c", "e"))) == [("moved", "d")]
        assert kinds(compare(course, draft_of("x", "a", "b", "c", "d", "e"))) == [("added", "x")]


def draft_of(*names: str) -> Draft:
    from courses.importing import Page

    return Draft("markdown", "", tuple(Page(name, name.upper(), 1, "", "text", f"{name}.md") for name in names))


def test_it_changes_all_or_nothing(course, folder):
    draft = read(folder)
    broken = replace(draft, pages=(*draft.pages, replace(draft.pages[0], place_id="z", title="x" * 400)))
    with pytest.raises(Exception, match="too long"):
        take(course, broken)
    with acting_as(SYSTEM):
        course.refresh_from_db()
        assert (course.chapters.count(), course.content_version) == (0, 0)


def test_it_refuses_changes_that_were_worked_out_for_another_state(course, folder):
    draft = read(folder)
    with acting_as(SYSTEM):
        preview = compare(course, draft)
    take(course, draft)
    with acting_as(SYSTEM), pytest.raises(CourseHasMoved):
        apply(course, draft, preview)


def test_it_lets_the_trainer_import_and_nobody_else(course, folder, tess, ada):
    draft = read(folder)
    with acting_as(ada), pytest.raises(Course.DoesNotExist):
        apply(course, draft, compare(course, draft))
    with acting_as(tess):
        assert apply(course, draft, compare(course, draft)).counts()["added"] == 4


def test_it_tells_how_far_it_is(course, folder):
    heard: list[tuple[int, int]] = []
    draft = read(folder)
    with acting_as(SYSTEM):
        apply(course, draft, compare(course, draft), lambda done, total: heard.append((done, total)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_it_resolves_the_links_of_an_open_edx_course(course, tmp_path):
    take(course, read(write(tmp_path, COURSE)))
    with acting_as(SYSTEM):
        shown = course.chapters.get(chapter_id="boil").html
    assert 'href="/courses/containers/boil/#at-how-hot"' in shown
    assert 'href="/courses/containers/hw1/"' in shown
    assert 'src="/courses/containers/files/static/cup.png"' in shown
    assert 'src="/courses/containers/files/static/pot.png"' in shown


# The command


def run(*arguments: object) -> dict:
    out = StringIO()
    call_command("import_course", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_imports_from_the_command_line(folder, tess):
    summary = run(folder, "--trainer", tess.email, "--no-index")
    assert (summary["ok"], summary["course"], summary["created"], summary["pages"]["added"]) == (True, "tea", True, 4)
    with acting_as(tess):
        assert Course.objects.get(slug="tea").language == "german"
    again = run(folder, "--no-index")
    assert (again["created"], again["pages"]["unchanged"], again["changes"]) == (False, 4, [])


@pytest.mark.django_db(transaction=True)
def test_it_indexes_what_it_imported(folder):
    index = run(folder)["index"]
    assert (index["status"], index["chunks_updated"], index["message"]) == ("completed", index["chunks_total"], "")
    assert index["chunks_total"] >= 4
    assert run(folder)["index"] is None
    write(folder, {"4-milk.md": "---\nid: milk\nday: 2\n---\n# Milk\n\nIn first.\n"})
    assert run(folder)["index"]["chunks_embedded"] == 1


def test_it_only_shows_when_asked_to(folder, db):
    summary = run(folder, "--dry-run", "--slug", "tea-time")
    assert (summary["course"], summary["dry_run"], len(summary["changes"])) == ("tea-time", True, 4)
    with acting_as(SYSTEM):
        assert not Course.objects.filter(slug="tea-time").exists()


def test_it_keeps_a_title_that_the_source_does_not_say(tmp_path, db):
    folder = write(tmp_path / "pu-erh", {"a.md": "text"})
    assert run(folder, "--no-index")["title"] == "Pu erh"
    assert run(folder, "--no-index", "--slug", "pu-erh", "--title", "All of Pu-erh")["title"] == "All of Pu-erh"
    again = run(folder, "--no-index", "--slug", "pu-erh")
    assert (again["title"], again["changes"]) == ("All of Pu-erh", [])


def test_it_says_what_is_wrong(folder, capsys):
    write(folder, {"1-water.md": "---\nday: x\n---\n", "9.md": b"\xff"})
    out = StringIO()
    with pytest.raises(CommandError, match=r"9\.md:1: This is not UTF-8"):
        call_command("import_course", str(folder), "--json", stdout=out)
    assert [fault["path"] for fault in json.loads(out.getvalue())["faults"]] == ["1-water.md", "9.md"]


def test_it_knows_its_trainers(folder, db):
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        run(folder, "--trainer", "nobody@example.com")


def test_it_shows_the_changes_to_a_reader(folder, db):
    out = StringIO()
    call_command("import_course", str(folder), "--dry-run", stdout=out)
    assert "new        water: Water" in out.getvalue()
