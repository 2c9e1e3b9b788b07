"""The quantised model as a file in the data folder: made once, by one process, whole or not at all.

Building takes some 400 MB for some seconds, so it happens in a process of its own: `python -m ai.embedding.model_file FOLDER`
is that process, and also the way to make the file before the first question comes.
"""

import fcntl
import logging
import os
import subprocess
import sys
from pathlib import Path

from ai.embedding.embedder import EmbeddingUnavailable
from ai.embedding.weights import WEIGHTS_SHA256, weights_file

GRAPH_VERSION = 1  # raise it with every change of graph.py that changes the file
FILE_NAME = f"all-minilm-l6-v2-int8-v{GRAPH_VERSION}-{WEIGHTS_SHA256[:12]}.onnx"
BUILD_SECONDS = 300  # a slow machine needs 30
ROOT = Path(__file__).resolve().parents[2]

log = logging.getLogger("aicoach.embedding")


def ensure_model_file(folder: Path) -> Path:
    """The model's file, built if it is not there yet. Raises EmbeddingUnavailable."""
    target = folder / FILE_NAME
    if target.exists():
        return target
    log.info("building the embedding model, once")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _build_apart(folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddingUnavailable(f"The embedding model could not be built: {_reason(error)}") from error
    return target


def build_model_file(folder: Path) -> Path:
    """Build the file in this process, unless another one has just done so. Raises EmbeddingUnavailable, OSError."""
    from ai.embedding.graph import write_model  # noqa: PLC0415  the web process must never load onnx

    target = folder / FILE_NAME
    with (folder / f"{FILE_NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            building = target.with_suffix(f".{os.getpid()}.building")
            write_model(weights_file(), building)
            building.replace(target)
    return target


def _build_apart(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "ai.embedding.model_file", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
    )


def _reason(error: Exception) -> str:
    """The last line that the building process wrote, else the error itself."""
    lines = (getattr(error, "stderr", None) or "").strip().splitlines()
    return lines[-1] if lines else str(error)


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print(build_model_file(folder))
    except EmbeddingUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
