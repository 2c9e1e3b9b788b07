"""The local model: the right vectors, from the right weights, in any process."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

import ai.embedding
from ai.embedding import EmbeddingUnavailable, default_embedder, forget_embedder, model_file, weights
from ai.embedding.minilm import MAX_TOKENS, MiniLM

# What the original model gives for these texts (PyTorch, float32).
ORIGINAL = json.loads((Path(__file__).parent / "embedding_reference.json").read_text())

MODELS = settings.DATA_DIR / "models"
ROUNDING = 0.96  # cosine of one text embedded alone and among others: int8 is rounded for a batch as a whole


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(MODELS)


def test_it_means_what_the_original_means(model: MiniLM) -> None:
    for text, expected in ORIGINAL.items():
        assert float(model.embed([text])[0] @ np.array(expected, np.float32)) > 0.985


def test_it_gives_unit_rows_in_the_order_of_the_texts(model: MiniLM) -> None:
    texts = ["a", "", "two words", "x" * 1000, "word " * 5000, "two words", "ß \x00 \U0001f600 \u202e"]
    vectors = model.embed(texts)
    assert vectors.shape == (len(texts), model.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[2], vectors[5], atol=1e-6)
    assert all(float(model.embed([text])[0] @ vector) > ROUNDING for text, vector in zip(texts, vectors, strict=True))


def test_it_embeds_no_text(model: MiniLM) -> None:
    assert model.embed([]).shape == (0, 384)


def test_it_reads_256_tokens_and_no_more(model: MiniLM) -> None:
    start = "volume " * (MAX_TOKENS - 2)
    shorter = "volume " * 200 + "network " * 54
    same, other = model.embed([start, start + "network " * 300]), model.embed([shorter])
    assert np.allclose(same[0], same[1], atol=1e-6)
    assert not np.allclose(same[0], other[0], atol=1e-3)


def test_it_counts_tokens_uncut_and_without_marks(model: MiniLM) -> None:
    assert model.count_tokens("") == 0
    assert model.count_tokens("two words") == 2
    assert model.count_tokens("two words " * 1000) == 2000


def test_it_serves_threads(model: MiniLM) -> None:
    texts = [f"question number {number}" for number in range(40)]
    expected, wrong = model.embed(texts), []

    def ask() -> None:
        for text, vector in zip(texts, expected, strict=True):
            if float(model.embed([text])[0] @ vector) < ROUNDING:
                wrong.append(text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []


def test_it_reports_nothing_to_the_maker_of_its_runtime(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "HOME": str(tmp_path), "XDG_CACHE_HOME": ""}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    script = f"from pathlib import Path; from ai.embedding.minilm import MiniLM; MiniLM(Path({str(MODELS)!r})).embed(['one'])"
    subprocess.run([sys.executable, "-c", script], cwd=model_file.ROOT, env=environment, timeout=60, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


FORK = """
import os
from ai.embedding import default_embedder
default_embedder().embed(["before"])
if child := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os._exit(default_embedder().embed(["after"]).shape != (1, 384))
"""


def test_it_survives_a_fork() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", FORK], cwd=model_file.ROOT, env=environment, timeout=60, check=True)


def test_it_is_built_by_one_of_many_processes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ai.embedding.model_file", str(tmp_path)]
    builders = [subprocess.Popen(command, cwd=model_file.ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    assert [builder.wait(120) for builder in builders] == [0, 0]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".lock", ".onnx"]


def test_it_builds_a_damaged_file_again(tmp_path: Path) -> None:
    broken = tmp_path / model_file.FILE_NAME
    broken.write_bytes(b"not a model")
    with pytest.raises(EmbeddingUnavailable, match="damaged"):
        MiniLM(tmp_path)
    assert MiniLM(tmp_path).embed(["again"]).shape == (1, 384)


def test_it_refuses_other_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EmbeddingUnavailable, match="not the pinned file"):
        weights.weights_file()


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")
    with pytest.raises(EmbeddingUnavailable, match="is not installed"):
        weights.tokenizer_file()


def test_it_remembers_a_failed_start_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_embedder()
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")
    with pytest.raises(EmbeddingUnavailable, match="is not installed"):
        default_embedder()
    monkeypatch.undo()
    with pytest.raises(EmbeddingUnavailable, match="is not installed"):
        default_embedder()
    monkeypatch.setattr(ai.embedding.time, "monotonic", lambda: 10.0**9)
    assert default_embedder().name == "all-MiniLM-L6-v2-int8"


def test_it_loads_neither_pytorch_nor_the_builder() -> None:
    script = "import sys; from ai.embedding.minilm import MiniLM; print({'torch', 'transformers', 'onnx'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], cwd=model_file.ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
