"""`manage.py vector_index COURSE`: exact search, or a vector index of the course's own."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from courses.models import Course
from learning import vector_index


class Command(BaseCommand):
    help = (
        "Choose how the vectors of a course are searched. Without --type the size decides: exact up to 20,000 passages, "
        "HNSW above. Readers go on while an index is built. IVFFlat has lists by the size: 10 to 50 below 10,000 passages, "
        "50 to 100 up to 100,000, 100 to 200 above; it has to be built again when the course has changed much."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", help="the course's address (slug)")
        parser.add_argument("--type", choices=vector_index.KINDS, help="exact drops the course's index")
        parser.add_argument("--lists", type=int, metavar="N", help="lists of an IVFFlat index, instead of the rule")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, course: str, lists: int | None, **options: Any) -> None:
        if lists is not None and (options["type"] != "ivfflat" or not 1 <= lists <= 32_768):
            raise CommandError(_("--lists goes with --type ivfflat and is between 1 and 32768."))
        with acting_as(SYSTEM):
            found = Course.objects.filter(slug=course).first()
        if found is None:
            raise CommandError(_("There is no course %(slug)s.") % {"slug": course})
        kind = options["type"] or vector_index.fitting_kind(vector_index.count_passages(found.pk))
        since = time.perf_counter()
        try:
            state = vector_index.build(found.pk, kind, lists=lists)
        except (ValueError, DatabaseError) as error:
            raise CommandError(_("The index was not built: %(reason)s") % {"reason": error}) from error
        self._tell(course, state, time.perf_counter() - since, as_json=options["json"])

    def _tell(self, slug: str, state: vector_index.State, seconds: float, *, as_json: bool) -> None:
        if as_json:
            facts = {**asdict(state), "course_id": str(state.course_id), "course": slug, "seconds": round(seconds, 2)}
            self.stdout.write(json.dumps({"type": facts.pop("kind"), **facts}, indent=2))
            return
        self.stdout.write(_("%(slug)s: %(count)d passages, %(kind)s search.") % {
            "slug": slug, "count": state.passages, "kind": state.kind,
        })  # fmt: skip
        if state.name:
            lists = _(", %(lists)d lists") % {"lists": state.lists} if state.lists else ""
            size = f"{state.size / 1024 / 1024:.1f} MB"
            self.stdout.write(f"{state.name}{lists}, {size}, {seconds:.1f} s")
