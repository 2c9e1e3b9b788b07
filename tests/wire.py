"""Counts real round trips: a proxy on a unix socket between a process and PostgreSQL that reads the frontend's messages.

A round trip is one Query or one Sync message: after each the client waits for the server (PostgreSQL's protocol, 54.2).
"""

import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WAITING_MESSAGES = {b"Q": "query", b"S": "sync"}


class Wire:
    """What went over the wire; `trips` grows with each exchange, `statements` holds the text of simple queries."""

    def __init__(self) -> None:
        self.trips = 0
        self.statements: list[str] = []
        self.is_cut = False
        self.open: list[socket.socket] = []
        self._lock = threading.Lock()

    def cut(self) -> None:
        """The database goes away: what is open breaks, what is new is refused."""
        self.is_cut = True
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def reset(self) -> None:
        with self._lock:
            self.trips, self.statements = 0, []

    def saw(self, kind: bytes, body: bytes) -> None:
        if kind in WAITING_MESSAGES:
            with self._lock:
                self.trips += 1
                self.statements.append(body[:800].decode(errors="replace"))


@contextmanager
def counted(server_socket: Path) -> Iterator[tuple[str, Wire]]:
    """A folder to use as the database's host, and the counter. `server_socket` is PostgreSQL's own socket file."""
    wire = Wire()
    with tempfile.TemporaryDirectory(prefix="wire") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/{server_socket.name}")
        listener.listen(64)
        threading.Thread(target=_accept, args=(listener, server_socket, wire), daemon=True).start()
        yield folder, wire


def _accept(listener: socket.socket, server_socket: Path, wire: Wire) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            if wire.is_cut:
                client.close()
                continue
            wire.open.append(client)
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(server_socket))
            threading.Thread(target=_up, args=(client, server, wire), daemon=True).start()
            threading.Thread(target=_down, args=(server, client), daemon=True).start()


def _down(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while piece := server.recv(65536):
            client.sendall(piece)
        client.shutdown(socket.SHUT_RDWR)


def _up(client: socket.socket, server: socket.socket, wire: Wire) -> None:
    """Pass on what the client says, reading message by message; the first message has no type byte."""
    held, is_started = b"", False
    with suppress(OSError):
        while piece := client.recv(65536):
            server.sendall(piece)
            held += piece
            if not is_started and len(held) >= 4:
                (length,) = struct.unpack("!I", held[:4])
                if len(held) < length:
                    continue
                held, is_started = held[length:], True
            held = _messages(held, wire) if is_started else held
        server.shutdown(socket.SHUT_RDWR)


def _messages(held: bytes, wire: Wire) -> bytes:
    while len(held) >= 5:
        (length,) = struct.unpack("!I", held[1:5])
        if len(held) < 1 + length:
            break
        wire.saw(held[:1], held[5 : 1 + length])
        held = held[1 + length :]
    return held
