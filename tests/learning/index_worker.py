"""A worker process that a test can kill: `python -m tests.learning.index_worker DATABASE UPDATE_ID SECONDS`.

Prints a line as each batch begins and takes SECONDS for it.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

# ruff: noqa: E402  models can be imported once Django is set up
from django.db import connections

from ai.embedding import Vectors
from learning.indexing import run_update
from tests.learning.index_cast import CountingEmbedder


class SlowEmbedder(CountingEmbedder):
    def embed(self, texts: Sequence[str]) -> Vectors:
        print("batch", len(texts), flush=True)
        time.sleep(float(sys.argv[3]))
        return super().embed(texts)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that were begun in the background would have it ignored
    connections["default"].settings_dict["NAME"] = sys.argv[1]
    print("done", run_update(sys.argv[2], embedder=SlowEmbedder()), flush=True)
