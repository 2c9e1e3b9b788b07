"""`manage.py train_intents`: makes the weights of the intent head, and the vectors of its examples, anew."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ai.embedding import EmbeddingUnavailable, default_embedder
from learning.evaluating.questions import BrokenFile, examples
from learning.intents.head import FILE
from learning.intents.kin import FILE as KIN_FILE
from learning.intents.kin import kin
from learning.intents.signs import OFF_TOPIC
from learning.intents.training import digest, train

EXAMPLES = Path(FILE).with_name("examples.jsonl")
KIN_EXAMPLES = Path(KIN_FILE).with_name("kin.jsonl")  # of two kinds only: with them the head would tell the five apart less well


class Command(BaseCommand):
    help = (
        "Trains the head that tells what kind of help a question asks for. The same examples give the same weights. Run it after"
        " a change of the examples or the rules, or to have a head for another embedding model."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--examples", type=Path, default=EXAMPLES, metavar="FILE", help="lines of JSON, as evaluate intents")
        parser.add_argument(
            "--to",
            type=Path,
            default=FILE,
            metavar="FILE",
            help="where the weights are written, and the vectors of the examples beside them",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            read = examples(options["examples"])
            embedder = default_embedder()
            everything = [*read, *examples(KIN_EXAMPLES)]
            vectors = embedder.embed([each.text for each in read])
            head = train(read, vectors, embedder.name)
            vectors = np.vstack([vectors, embedder.embed([each.text for each in everything[len(read) :]])])
        except BrokenFile as error:
            raise CommandError(str(error)) from error
        except EmbeddingUnavailable as error:
            raise CommandError(_("The head needs vectors, and there are none: %(reason)s") % {"reason": error}) from error
        options["to"].write_text(head.as_json())
        off = [each.intent == OFF_TOPIC for each in everything]
        kin(vectors, off, embedder=head.embedder, examples=digest(everything)).save(options["to"].with_name(KIN_FILE.name))
        made = {"examples": len(everything), "embedder": head.embedder, "of": head.examples, "file": str(options["to"])}
        self.stdout.write(json.dumps(made) if options["json"] else "\n".join(f"{name}: {value}" for name, value in made.items()))
