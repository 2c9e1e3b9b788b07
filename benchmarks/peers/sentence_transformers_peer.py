"""sentence-transformers on PyTorch, as its own documentation uses it. Stands alone: it runs in another environment.

In: {"model": FOLDER}, then {"texts": [...], "save": FILE.npy or ""}. Out: {"seconds": ...} for each.
"""

import json
import sys
import time

import numpy as np
from sentence_transformers import SentenceTransformer


def main() -> None:
    model = None
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        if model is None:
            model = SentenceTransformer(asked["model"], device="cpu")
        else:
            vectors = model.encode(asked["texts"], normalize_embeddings=True, show_progress_bar=False)
            if asked["save"]:
                np.save(asked["save"], vectors)
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    main()
