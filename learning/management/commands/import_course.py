"""`manage.py import_course PATH`: shows what would change, imports it, and indexes what is new."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.importing import BadCourse, Changes, CourseHasMoved, Draft, apply, compare, read
from courses.models import Course, CourseTrainer
from learning import indexing

SHOWN_LINES = 40  # of the preview on a terminal; --json gives all


class Command(BaseCommand):
    help = "Imports a course: a folder of Markdown, or an Open edX course (OLX), as a folder or a .tar.gz."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="folder or archive")
        parser.add_argument("--slug", default="", help="the course's address; derived from the title by default")
        parser.add_argument("--title", default="", help="the course's title, instead of the one in the source")
        parser.add_argument("--trainer", default="", metavar="EMAIL", help="who trains the course")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")
        parser.add_argument("--no-index", action="store_true", help="leave the index to the worker")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--yes", action="store_true", help="do not ask before pages change or go")

    def handle(self, *_args: Any, **options: Any) -> None:
        began = time.perf_counter()
        draft = self._read(options)
        slug = slugify(options["slug"] or draft.slug or draft.new_title)[:100]
        if not slug:
            raise CommandError(_("Give the course an address with --slug."))
        with acting_as(SYSTEM):
            course = Course.objects.filter(slug=slug).first()
            trainer = _trainer(options["trainer"])
            changes = compare(course, draft)
        if not options["json"]:
            self._show(course, slug, draft, changes)
        if options["dry_run"]:
            return self._finish(options, _summary(slug, draft, changes, course, dry_run=True))
        if not self._may_go_on(course, changes, options):
            raise CommandError(_("Nothing was changed."))
        was_there = course is not None
        course = self._apply(course, slug, draft, trainer, options)
        summary = _summary(slug, draft, changes, course, created=not was_there)
        summary["index"] = self._index(course, changes, options)
        summary["seconds"] = round(time.perf_counter() - began, 2)
        return self._finish(options, summary)

    def _read(self, options: dict[str, Any]) -> Draft:
        try:
            draft = read(options["path"])
        except BadCourse as bad:
            if options["json"]:
                faults = [{"path": fault.path, "line": fault.line, "message": fault.message} for fault in bad.faults]
                self.stdout.write(json.dumps({"ok": False, "faults": faults}, ensure_ascii=False, indent=2))
            raise CommandError(_("The course was not imported.") + f"\n{bad}") from bad
        return replace(draft, title=options["title"] or draft.title)

    def _show(self, course: Course | None, slug: str, draft: Draft, changes: Changes) -> None:
        state = _("new") if course is None else _("already here")
        self.stdout.write(f"{draft.new_title} ({slug}, {state}), {draft.form}")
        lines = changes.lines()
        self.stdout.write("\n".join(f"  {line}" for line in lines[:SHOWN_LINES]))
        if len(lines) > SHOWN_LINES:
            self.stdout.write(f"  ... {len(lines) - SHOWN_LINES}")
        for note in draft.notes[:SHOWN_LINES]:
            self.stderr.write(f"  {note}")
        if changes.is_empty:
            self.stdout.write(_("Nothing has changed."))

    def _may_go_on(self, course: Course | None, changes: Changes, options: dict[str, Any]) -> bool:
        """Asks a person at a terminal before pages that learners know change or go."""
        touches = any(change.kind != "added" for change in changes.pages)
        if course is None or not touches or options["yes"] or options["json"] or not sys.stdin.isatty():
            return True
        return input(_("Import these changes? [y/N] ")).strip().lower() in {"y", "yes"}

    def _apply(self, course: Course | None, slug: str, draft: Draft, trainer: User | None, options: dict[str, Any]) -> Course:
        with acting_as(SYSTEM), _bar(_("Pages"), len(draft.pages), options) as step:
            course = course or Course.objects.create(slug=slug, title=draft.new_title, description=draft.description)
            try:
                apply(course, draft, compare(course, draft), step)  # a course made just now has its title already
            except CourseHasMoved as moved:
                raise CommandError(_("Somebody else changed the course meanwhile. Look at the changes again.")) from moved
            if trainer:
                CourseTrainer.objects.get_or_create(course=course, trainer=trainer)
        return course

    def _index(self, course: Course, changes: Changes, options: dict[str, Any]) -> dict[str, Any] | None:
        """Brings the index up to date here and now, unless there is nothing to do."""
        if changes.is_empty and course.index_generation:
            return None
        with acting_as(SYSTEM):
            update = indexing.request_update(
                course, update_type="incremental", triggered_by="automatic", wake=options["no_index"]
            )
        if options["no_index"]:
            return {"status": "pending"}
        with _bar(_("Index"), None, options) as step:
            update = indexing.complete_update(update.pk, progress=step)
        return {
            "status": update.status,
            "chunks_total": update.chunks_total,
            "chunks_updated": update.chunks_updated,
            "chunks_embedded": update.chunks_embedded,
            "message": update.error_message or "",
        }

    def _finish(self, options: dict[str, Any], summary: dict[str, Any]) -> None:
        index = summary["index"] or {}
        summary["ok"] = index.get("status") != "failed"
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False, indent=2))
        elif not summary["dry_run"]:
            counts = ", ".join(f"{name} {count}" for name, count in summary["pages"].items() if count)
            self.stdout.write(self.style.SUCCESS(f"{summary['course']}: {counts}"))
        if index.get("message"):
            self.stderr.write(index["message"])
        if not summary["ok"]:
            raise CommandError(_("The course is imported, but its index could not be made; the old one stays in use."))


def _trainer(email: str) -> User | None:
    if not email:
        return None
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise CommandError(_("There is no account with the e-mail address %s.") % email)
    return found


def _summary(
    slug: str, draft: Draft, changes: Changes, course: Course | None, *, created: bool = False, dry_run: bool = False
) -> dict[str, Any]:
    return {
        "ok": True,
        "course": slug,
        "title": course.title if course else draft.new_title,
        "form": draft.form,
        "created": created,
        "dry_run": dry_run,
        "content_version": course.content_version if course else 0,
        "pages": changes.counts(),
        "assets": changes.assets,
        "changes": [
            {"kind": change.kind, "id": change.place_id, "title": change.title, "lab": change.is_lab, "detail": change.detail}
            for change in changes.pages
        ],
        "notes": [{"path": note.path, "line": note.line, "message": note.message} for note in draft.notes],
        "index": None,
        "seconds": 0.0,
    }


class _bar:  # noqa: N801  (used as a function that gives a function)
    """A progress bar on the terminal as a function of done and total; silent elsewhere."""

    def __init__(self, words: str, total: int | None, options: dict[str, Any]) -> None:
        self.bar = tqdm(desc=words, total=total, disable=True if options["json"] else None, file=sys.stderr)

    def __enter__(self) -> Callable[[int, int], None]:
        return self._step

    def __exit__(self, *_error: object) -> None:
        self.bar.close()

    def _step(self, done: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(done - self.bar.n)
