"""Starts the fake vendor on a free port in a thread of its own: a real HTTP server for the tests of the provider seam."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from ai.fake_vendor import FakeVendor
from ai.fake_vendor.app import Seen


@dataclass
class Running:
    """`tell` it how to answer; `seen` holds the requests."""

    app: FakeVendor
    url: str

    def tell(self, mode: str = "good", **options) -> None:
        self.app.tell(mode, **options)

    @property
    def seen(self) -> list[Seen]:
        return self.app.seen

    def wait_for(self, true, seconds: float = 3.0) -> bool:
        """Whether `true()` came true in time; what the server notices, it notices a moment later."""
        until = time.monotonic() + seconds
        while not true() and time.monotonic() < until:
            time.sleep(0.01)
        return true()


@contextmanager
def running(**options) -> Iterator[Running]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = FakeVendor(**options)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Running(app, f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="session")
def fake_vendor_server() -> Iterator[Running]:
    with running() as vendor:
        yield vendor


@pytest.fixture
def fake_vendor(fake_vendor_server: Running) -> Iterator[Running]:
    """A vendor that answers well until it is told otherwise."""
    fake_vendor_server.app.reset()
    yield fake_vendor_server
    fake_vendor_server.app.reset()
