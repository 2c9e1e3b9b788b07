"""How fast texts are embedded, beside sentence-transformers on PyTorch with the same weights and the same texts.

`python -m benchmarks.embedding --peer-python ENV/bin/python`, with ENV from benchmarks/requirements.txt. Rounds of both sides
take turns, so that a busy machine meets both. Without a peer only our own figures are shown and nothing is decided.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from ai.embedding.minilm import MiniLM
from ai.embedding.weights import weights_file
from benchmarks.peers.calling import Peer, running_peer
from learning.chunking import chunk

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, QUESTIONS = 5, 200
LEAST_RATIO, MOST_QUERY_MS, LEAST_COSINE = 3.0, 5.0, 0.98


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", default="", help="the interpreter that has sentence-transformers")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    model = MiniLM(ROOT / "var" / "models")
    pieces, questions = _texts(model)
    failed = _single(model, questions)
    if options.peer_python:
        with running_peer(options.peer_python, "sentence_transformers_peer.py") as peer:
            peer.ask(model=str(weights_file().parent))
            failed += _compare("passages", model, peer, pieces, options.rounds)
            _compare("questions", model, peer, questions, options.rounds)
    else:
        _rates("passages", _rounds(options.rounds, lambda: model.embed(pieces)), len(pieces))
    print("FAILED: " + ", ".join(failed) if failed else "all within bounds")
    return 1 if failed else 0


def _texts(model: MiniLM) -> tuple[list[str], list[str]]:
    """The demo course as it is indexed, and its sentences as questions."""
    pages = [path.read_text().split("---", 2)[-1] for path in sorted((ROOT / "courses/demo").glob("*.md"))]
    pieces = [piece.embedded_text for page in pages for piece in chunk(page, title="", count_tokens=model.count_tokens)]
    sentences = [line for page in pages for line in page.split("\n") if 30 < len(line) < 100]
    return pieces, sentences[:QUESTIONS]


def _single(model: MiniLM, questions: Sequence[str]) -> list[str]:
    model.embed(["warm up"])
    times = [_seconds(lambda text=text: model.embed([text])) * 1000 for text in questions]
    p50 = float(np.median(times))
    memory = psutil.Process().memory_info().rss / 2**20
    print(f"one question           p50 {p50:.2f}  p95 {np.percentile(times, 95):.2f} ms  (at most {MOST_QUERY_MS:.0f})")
    print(f"memory of the process  {memory:.0f} MB")
    return [] if p50 <= MOST_QUERY_MS else ["one question"]


def _compare(name: str, model: MiniLM, peer: Peer, texts: Sequence[str], rounds: int) -> list[str]:
    with TemporaryDirectory() as folder:
        saved = f"{folder}/peer.npy"
        peer.ask(texts=texts, save=saved)
        cosines = np.sum(model.embed(texts) * np.load(saved), axis=1)
    ours, theirs = [], []
    for _round in range(rounds):
        ours.append(_seconds(lambda: model.embed(texts)))
        theirs.append(float(peer.ask(texts=texts, save="")["seconds"]))
    ratio = float(np.median(theirs) / np.median(ours))
    _rates(f"{name}, ours", ours, len(texts))
    _rates(f"{name}, peer", theirs, len(texts))
    print(f"{name}: {ratio:.1f} times the peer  (at least {LEAST_RATIO:.0f} for passages)")
    print(f"{name}: cosine to the peer {cosines.mean():.4f} on average, {cosines.min():.4f} at least")
    return [name] if ratio < LEAST_RATIO or cosines.mean() < LEAST_COSINE else []


def _rates(name: str, seconds: Sequence[float], texts: int) -> None:
    rates = texts / np.array(seconds)
    print(f"{name:<22} {np.median(rates):.0f} texts/s ({rates.min():.0f} to {rates.max():.0f}, {len(seconds)} rounds of {texts})")


def _rounds(count: int, deed: Callable[[], object]) -> list[float]:
    return [_seconds(deed) for _round in range(count)]


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
