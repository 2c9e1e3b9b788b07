"""`manage.py import_questions PATH --subject CODE`: shows what a file would change, and imports it."""

import json
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from planning.exam_models import CODE_SHAPE, Subject
from planning.importing import BadQuestions, Changes, Draft, Fault, apply, compare, read

SHOWN_LINES = 40  # on a terminal; --json gives all


class Command(BaseCommand):
    help = "Imports questions and syllabus points of a subject from CSV, JSON or GIFT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="a .csv, .json, .gift or .txt (GIFT) file")
        parser.add_argument("--subject", required=True, metavar="CODE", help="code of the subject; made when it is not there")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        code = options["subject"]
        if not re.match(CODE_SHAPE, code) or len(code) > 50:
            raise CommandError(_("“%s” is no code of a subject: letters, digits, dots and hyphens, please.") % code[:60])
        with acting_as(SYSTEM):
            subject = Subject.objects.filter(code=code).first()
            codes = set(subject.points.values_list("code", flat=True)) if subject else set()
        try:
            draft = read(Path(options["path"]), codes)
            with acting_as(SYSTEM):
                changes = compare(subject, draft) if options["dry_run"] else apply(code=code, draft=draft)[1]
        except BadQuestions as bad:
            if options["json"]:
                self._print({"ok": False, "faults": _told(bad.faults)})
            raise CommandError(_("Nothing was imported.") + f"\n{bad}") from bad
        if options["json"]:
            self._print(_summary(code, draft, changes, created=subject is None, dry_run=options["dry_run"]))
        else:
            self._show(draft, changes, dry_run=options["dry_run"])

    def _print(self, said: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))

    def _show(self, draft: Draft, changes: Changes, *, dry_run: bool) -> None:
        lines = changes.lines()
        self.stdout.write("\n".join(f"  {line}" for line in lines[:SHOWN_LINES]))
        if len(lines) > SHOWN_LINES:
            self.stdout.write(f"  ... {len(lines) - SHOWN_LINES}")
        for note in draft.notes[:SHOWN_LINES]:
            self.stderr.write(f"  {note}")
        counts = changes.counts() | {"points": len(draft.points)}
        said = _("%(new)d new, %(changed)d changed, %(unchanged)d unchanged questions; %(points)d syllabus points.") % counts
        self.stdout.write(said if dry_run else self.style.SUCCESS(said))


def _summary(code: str, draft: Draft, changes: Changes, *, created: bool, dry_run: bool) -> dict[str, Any]:
    return {
        "ok": True,
        "subject": code,
        "form": draft.form,
        "created": created,
        "dry_run": dry_run,
        "questions": changes.counts(),
        "points": changes.counts(of_points=True),
        "changes": [{"kind": one.kind, "code": one.code, "point": one.is_point} for one in changes.all],
        "read": [_question(one) for one in draft.questions],
        "notes": _told(draft.notes),
    }


def _question(draft: Any) -> dict[str, Any]:
    fields = ("line", "code", "kind", "title", "text", "text_format", "marks", "choices", "several", "key", "feedback", "points")
    return {name: getattr(draft, name) for name in fields}


def _told(faults: Any) -> list[dict[str, Any]]:
    rows: list[Fault] = list(faults)
    return [{"line": fault.line, "message": fault.message} for fault in rows]
