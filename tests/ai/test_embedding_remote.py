"""A remote embedding service may be away, slow or mad; its vectors are believed only after a check."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from accounts.door import SYSTEM, acting_as
from ai.embedding import EmbeddingUnavailable, calls, default_embedder, forget_embedder
from ai.embedding.remote import BATCH_TEXTS, Limits, RemoteEmbedder
from ai.models import AIRequestLog

DIMENSIONS = 4


@pytest.fixture(autouse=True)
def notes(monkeypatch):
    """Calls are noted here, and nothing writes them by itself."""
    kept = calls.Notes()
    kept.writer = threading.current_thread()
    monkeypatch.setattr(calls, "_notes", kept)
    return kept


Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Service(ThreadingHTTPServer):
    """Answers with `answer`, remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Answer = good
        self.asked: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({**body, "path": self.path, "key": self.headers["Authorization"]})
        self.server.answer(self, body)

    def log_message(self, *_args: object) -> None:
        """Tests read what was asked, not the log."""


def send(handler: BaseHTTPRequestHandler, body: object, status: int = 200, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0, 2.0, 3.0]


def good(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """Right vectors in the wrong order."""
    items = [{"index": index, "embedding": vector(text)} for index, text in enumerate(body["input"])]
    send(handler, {"data": items[::-1], "model": body["model"]})


def status(code: int) -> Answer:
    return lambda handler, _body: send(handler, {"error": {"message": "no"}}, code)


def slow(handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _second in range(50):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def item(index: object = 0, embedding: object = (1.0, 2.0, 3.0, 4.0)) -> dict[str, object]:
    return {"index": index, "embedding": embedding}


def after(times: int, first: Answer) -> Answer:
    """`first` for that many requests, then good ones."""
    answers = iter([first] * times)

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        next(answers, good)(handler, body)

    return answer


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def embedder(service: Service) -> RemoteEmbedder:
    limits = Limits(connect=0.5, query=1.0, batch=3.0)
    return RemoteEmbedder(base_url=service.url, api_key="secret", model="some-model", dimensions=DIMENSIONS, limits=limits)


def test_it_gives_unit_rows_in_the_order_of_the_texts(service: Service, embedder: RemoteEmbedder) -> None:
    texts = ["a", "bbb", ""]
    vectors = embedder.embed(texts)
    expected = np.array([vector("a"), vector("bbb"), vector("-")], np.float32)
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert vectors.dtype == np.float32
    assert service.asked[0]["path"] == "/v1/embeddings"
    assert service.asked[0]["key"] == "Bearer secret"


def test_it_asks_in_batches(service: Service, embedder: RemoteEmbedder) -> None:
    assert embedder.embed(["text"] * (BATCH_TEXTS + 1)).shape == (BATCH_TEXTS + 1, DIMENSIONS)
    assert [len(asked["input"]) for asked in service.asked] == [BATCH_TEXTS, 1]


def test_it_cuts_long_texts(service: Service, embedder: RemoteEmbedder) -> None:
    embedder.embed(["x" * 100_000])
    assert len(service.asked[0]["input"][0]) == 8000


def test_it_embeds_no_text(service: Service, embedder: RemoteEmbedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)
    assert service.asked == []


@pytest.mark.parametrize("code", [429, 500, 503])
def test_it_tries_again_where_that_may_help(service: Service, embedder: RemoteEmbedder, code: int) -> None:
    service.answer = after(1, status(code))
    assert embedder.embed(["a", "b"]).shape == (2, DIMENSIONS)
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(400), "status 400"),
        (status(401), "status 401"),
        (status(404), "status 404"),
        (lambda handler, _body: send(handler, b"", 302, Location="/v1/elsewhere"), "status 302"),
        (lambda handler, _body: send(handler, b"<html>Welcome</html>"), "nonsense"),
        (lambda handler, _body: send(handler, b""), "nonsense"),
        (lambda handler, _body: send(handler, []), "nonsense"),
        (lambda handler, _body: send(handler, {"data": None}), "nonsense"),
        (lambda handler, _body: send(handler, {"data": []}), "0 vectors for 1 texts"),
        (lambda handler, _body: send(handler, {"data": [item(5)]}), "nonsense"),
        (lambda handler, _body: send(handler, {"data": [item("zero")]}), "nonsense"),
        (lambda handler, _body: send(handler, {"data": [item(), item()]}), "nonsense"),
        (lambda handler, _body: send(handler, {"data": [item(embedding=[1.0] * 5)]}), "EMBEDDING_DIMENSIONS"),
        (lambda handler, _body: send(handler, {"data": [item(embedding=[0.0] * 4)]}), "without a length"),
        (lambda handler, _body: send(handler, b'{"data": [{"index": 0, "embedding": [NaN, 1, 1, 1]}]}'), "without a length"),
        (lambda handler, _body: send(handler, {"data": [item(embedding="AAAA")]}), "nonsense"),
        (lambda handler, _body: send(handler, b" " * 1_000_000), "longer than the vectors"),
    ],
)
def test_it_believes_no_nonsense(service: Service, embedder: RemoteEmbedder, answer: Answer, words: str) -> None:
    service.answer = answer
    with pytest.raises(EmbeddingUnavailable, match=words):
        embedder.embed(["a"])
    assert len(service.asked) == 1


def test_it_gives_up_at_its_deadline(service: Service, embedder: RemoteEmbedder) -> None:
    service.answer = slow
    began = time.monotonic()
    with pytest.raises(EmbeddingUnavailable):
        embedder.embed(["a"])
    assert time.monotonic() - began < 2


def test_it_says_that_nobody_is_there() -> None:
    nobody = RemoteEmbedder(base_url="http://127.0.0.1:1/v1", api_key="", model="m", dimensions=4)
    with pytest.raises(EmbeddingUnavailable, match="cannot be used"):
        nobody.embed(["a"])


def test_it_is_chosen_by_the_settings(service: Service, settings: Any) -> None:
    settings.EMBEDDING_PROVIDER, settings.EMBEDDING_BASE_URL = "remote", service.url
    settings.EMBEDDING_MODEL, settings.EMBEDDING_DIMENSIONS = "text-embedding-3-small", DIMENSIONS
    forget_embedder()
    try:
        assert default_embedder().name == "text-embedding-3-small"
        default_embedder().embed(["a"])
        assert service.asked[0]["dimensions"] == DIMENSIONS
    finally:
        forget_embedder()


def test_it_refuses_to_start_without_an_address() -> None:
    with pytest.raises(EmbeddingUnavailable, match="EMBEDDING_BASE_URL"):
        RemoteEmbedder(base_url="", api_key="", model="m", dimensions=4)


def counted(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    items = [item(index) for index in range(len(body["input"]))]
    send(handler, {"data": items, "usage": {"prompt_tokens": 7, "total_tokens": 7}})


def test_it_notes_every_try(service: Service, embedder: RemoteEmbedder, notes: calls.Notes) -> None:
    service.answer = after(1, status(503))
    embedder.embed(["one", "two"])
    service.answer = counted
    embedder.embed(["three", "four"])
    service.answer = status(401)
    with pytest.raises(EmbeddingUnavailable):
        embedder.embed(["five"])
    assert [(one.success, one.error_class) for one in notes.waiting] == [
        (False, "server_error"), (True, ""), (True, ""), (False, "refused_key"),
    ]  # fmt: skip
    assert notes.waiting[1].prompt_tokens > 1
    assert notes.waiting[2].prompt_tokens == 7
    assert all(one.cost is None for one in notes.waiting)


def test_it_prices_what_the_list_knows(service: Service, embedder: RemoteEmbedder, notes: calls.Notes) -> None:
    service.answer = counted
    embedder.name, embedder._base_url = "text-embedding-3-small", "https://api.openai.com/v1"
    embedder.dimensions = DIMENSIONS
    embedder.embed(["one", "two"])
    assert notes.waiting[0].cost == Decimal("0.02") * 7 / 1_000_000


@pytest.mark.django_db
def test_it_writes_what_was_noted_once(service: Service, embedder: RemoteEmbedder, notes: calls.Notes) -> None:
    embedder.embed(["one"])
    assert (notes.flush(), notes.flush()) == (1, 0)
    with acting_as(SYSTEM):
        row = AIRequestLog.objects.get(feature="embedding")
    assert (row.provider, row.model, row.success, row.user_id) == ("embeddings", "some-model", True, None)


def test_it_keeps_what_cannot_be_written(embedder: RemoteEmbedder, notes: calls.Notes, monkeypatch: Any) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(calls, "acting_as", away)
    embedder.embed(["one"])
    assert notes.flush() == 0
    assert len(notes.waiting) == 1
