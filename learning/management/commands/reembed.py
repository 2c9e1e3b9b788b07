"""`manage.py reembed`: new vectors for what was learnt, after a change of the embedding model."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from ai.embedding import EmbeddingUnavailable, default_embedder
from learning import reembedding
from learning.reembedding import KINDS


class Command(BaseCommand):
    help = (
        "Embeds verified answers, the learning queue, transcripts and remembered turns anew, where their vectors are of another"
        " model. A run that was stopped goes on where it was. For the courses: reindex --all --full."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [kind.name for kind in KINDS]
        parser.add_argument("--only", choices=names, action="append", help="one kind of rows; may be given several times")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, only: list[str] | None, **options: Any) -> None:
        try:
            embedder = default_embedder()
            kinds = [kind for kind in KINDS if not only or kind.name in only]
            figures = {kind.name: self._renew(kind, embedder, quiet=options["json"]) for kind in kinds}
        except EmbeddingUnavailable as error:
            raise CommandError(_("Stopped, the model is away: %(reason)s. Run it again to go on.") % {"reason": error}) from error
        figures["indexes"] = len(reembedding.fit_indexes(settings.EMBEDDING_DIMENSIONS))
        if options["json"]:
            self.stdout.write(json.dumps({"model": embedder.name, **figures}))
        else:
            self.stdout.write(", ".join(f"{name}: {number}" for name, number in figures.items()))

    def _renew(self, kind: reembedding.Kind, embedder: Any, *, quiet: bool) -> int:
        reembedding.try_those_given_up(kind)
        total = reembedding.count(kind, embedder)
        hidden = True if quiet else None
        with tqdm(desc=kind.name, total=total, file=sys.stderr, disable=hidden, unit=" rows") as bar:
            return reembedding.reembed(kind, embedder, progress=bar.update)
