"""langchain-postgres' PGVectorStore with vectors that are given. Stands alone: it runs in another environment.

In: {"place": {host, port, user, password, dbname}, "vectors": FILE.npy, "texts": [...]}. Out: {"seconds": ..., "rows": ...}.
"""

import json
import sys
import time

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_postgres import PGEngine, PGVectorStore
from sqlalchemy import URL

TABLE = "peer_chunks"


class NoModel(Embeddings):
    """The vectors are given; nothing is embedded."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        place = asked["place"]
        url = URL.create(
            "postgresql+psycopg",
            username=place["user"],
            password=place["password"],
            database=place["dbname"],
            query={"host": place["host"], "port": str(place["port"] or 5432)},
        )
        engine = PGEngine.from_connection_string(url=url)
        vectors = np.load(asked["vectors"])
        engine.init_vectorstore_table(TABLE, vector_size=vectors.shape[1], overwrite_existing=True)
        store = PGVectorStore.create_sync(engine, embedding_service=NoModel(), table_name=TABLE)
        metadata = [{"chapter": number} for number in range(len(vectors))]
        began = time.perf_counter()
        rows = store.add_embeddings(texts=asked["texts"], embeddings=vectors.tolist(), metadatas=metadata)
        print(json.dumps({"seconds": time.perf_counter() - began, "rows": len(rows)}), flush=True)


if __name__ == "__main__":
    main()
