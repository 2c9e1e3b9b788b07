"""`manage.py reindex COURSE`: brings an index up to date here and now; with --full also after a change of the model."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.door import SYSTEM, acting_as
from courses.models import Course
from learning.indexing import complete_update, request_update
from learning.models import ContentUpdate


class Command(BaseCommand):
    help = "Brings the index of a course, or of all courses, up to date. Search by words goes on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("course", nargs="?", default="", help="the course's address (slug)")
        which.add_argument("--all", action="store_true", help="every course")
        parser.add_argument("--full", action="store_true", help="embed everything anew, for instance after a change of the model")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        results = [self._reindex(course, options) for course in _courses(options)]
        if options["json"]:
            self.stdout.write(json.dumps({"courses": results}, ensure_ascii=False, indent=2))
        failed = [result["course"] for result in results if result["status"] != ContentUpdate.Status.COMPLETED]
        if failed:
            raise CommandError(_("Not indexed: %s") % ", ".join(failed))

    def _reindex(self, course: Course, options: dict[str, Any]) -> dict[str, Any]:
        kind = ContentUpdate.Type.FULL if options["full"] else ContentUpdate.Type.MANUAL
        update = request_update(course, update_type=kind, triggered_by=ContentUpdate.Trigger.ADMIN, wake=False)
        with tqdm(desc=course.slug, file=sys.stderr, disable=True if options["json"] else None, unit=" pieces") as bar:
            update = complete_update(update.pk, progress=lambda done, total: _show(bar, done, total))
        if not options["json"]:
            self._say(course, update)
        return _summary(course, update)

    def _say(self, course: Course, update: ContentUpdate) -> None:
        figures = {"course": course.slug, "total": update.chunks_total, "embedded": update.chunks_embedded}
        if update.status == ContentUpdate.Status.COMPLETED:
            self.stdout.write(_("%(course)s: %(total)d pieces, %(embedded)d embedded anew") % figures)
        if update.error_message:
            self.stderr.write(f"{course.slug}: {update.error_message}")


def _courses(options: dict[str, Any]) -> list[Course]:
    with acting_as(SYSTEM):
        found = list(Course.objects.order_by("slug") if options["all"] else Course.objects.filter(slug=options["course"]))
    if not found and not options["all"]:
        raise CommandError(_("There is no course with the address %s.") % options["course"])
    return found


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _summary(course: Course, update: ContentUpdate) -> dict[str, Any]:
    return {
        "course": course.slug,
        "status": update.status,
        "chunks_total": update.chunks_total,
        "chunks_updated": update.chunks_updated,
        "chunks_embedded": update.chunks_embedded,
        "generation": update.generation,
        "error": update.error_message or "",
    }
