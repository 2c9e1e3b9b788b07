"""`manage.py apply_learning`: what was approved becomes knowledge, here and now."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from learning.applying import LIMIT, Applied, apply_learning


class Command(BaseCommand):
    help = "Applies approved learning items, the oldest first, with a receipt for each; harmful ones are held back and named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help="at most this many items (%(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be applied, and apply nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, limit: int, dry_run: bool, **options: Any) -> None:
        if limit < 1:
            raise CommandError(_("--limit must be at least 1."))
        with tqdm(file=sys.stderr, disable=True if options["json"] else None, unit=" items") as bar:
            result = apply_learning(limit=limit, dry_run=dry_run, progress=lambda done, total: _show(bar, done, total))
        self.stdout.write(json.dumps(_summary(result), indent=2) if options["json"] else _words(result, dry_run=dry_run))


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _summary(result: Applied) -> dict[str, Any]:
    return {
        "applied": [str(pk) for pk in result.applied],
        "held": {str(pk): reason for pk, reason in result.held.items()},
        "waiting": [str(pk) for pk in result.waiting],
    }


def _words(result: Applied, *, dry_run: bool) -> str:
    if dry_run:
        return _("%(count)d items would be applied.") % {"count": len(result.waiting)}
    lines = [_("%(count)d items applied, %(held)d held back.") % {"count": len(result.applied), "held": len(result.held)}]
    return "\n".join([*lines, *(f"{pk}: {reason}" for pk, reason in result.held.items())])
