"""The fake vendor's ASGI application: routes, what it was told to do, and what it saw.

A model named `fake-MODE` answers in that mode. `POST /control {"mode", "times", "seconds", "retry_after", "pause"}` changes it
for every other model, `times` for so many requests; `GET /control` shows the requests seen, `DELETE /control` forgets all.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ai.fake_vendor.answering import embedding
from ai.fake_vendor.line import Line
from ai.fake_vendor.listening import LISTENING, fields
from ai.fake_vendor.modes import MODES

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MOST_SEEN = 1000  # requests remembered


@dataclass
class Seen:
    """One request: in which mode it was answered, and whether the other side hung up before the end."""

    model: str
    mode: str
    messages: list[Any]
    body: dict[str, Any] = field(default_factory=dict)
    hung_up: bool = False
    ended: bool = False


class FakeVendor:
    def __init__(self, *, mode: str = "good", pause: float = 0.0) -> None:
        self.default_mode, self.default_pause = mode, pause
        self.reset()

    def reset(self) -> None:
        self.mode, self.times, self.pause = self.default_mode, -1, self.default_pause
        self.seconds, self.retry_after = 30.0, ""
        self.seen: list[Seen] = []

    def tell(
        self, mode: str = "good", *, times: int = -1, seconds: float = 30.0, retry_after: str = "", pause: float | None = None
    ) -> None:
        """How to answer from now on; after `times` requests it is good again."""
        if mode not in MODES:
            raise ValueError(f"no mode {mode}")
        self.mode, self.times, self.seconds, self.retry_after = mode, times, seconds, retry_after
        self.pause = self.default_pause if pause is None else pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive, _content_type(scope))
        routes = {
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("POST", "/v1/audio/transcriptions"): self._transcriptions,
            ("GET", "/v1/models"): self._models,
        }
        gone = asyncio.Event()
        line = Line(body, self.pause, self.seconds, self.retry_after, send, gone)
        watch = asyncio.create_task(_watch(receive, gone))
        try:
            if scope["path"] == "/control":
                await self._control(scope["method"], line)
            elif act := routes.get((scope["method"], scope["path"])):
                await act(line)
            else:
                await line.fail(404)
        finally:
            watch.cancel()

    async def _chat(self, line: Line) -> None:
        await self._in_its_mode(line, MODES)

    async def _transcriptions(self, line: Line) -> None:
        """A mode that recordings do not have is good."""
        await self._in_its_mode(line, LISTENING)

    async def _in_its_mode(self, line: Line, modes: dict[str, Callable[[Line], Awaitable[None]]]) -> None:
        model = str(line.body.get("model", ""))
        seen = Seen(model, self._mode_for(model), line.body.get("messages", []), line.body)
        self.seen = [*self.seen[-MOST_SEEN:], seen]
        try:
            await modes.get(seen.mode, modes["good"])(line)
            seen.ended = not line.gone.is_set()
        except OSError:  # the server's word for a connection that is no more
            line.gone.set()
        finally:
            seen.hung_up = line.gone.is_set() and not seen.ended

    def _mode_for(self, model: str) -> str:
        named = model.removeprefix("fake-")
        if named != model and named in MODES and named != "good":
            return named
        if self.times == 0:
            return "good"
        self.times -= 1
        return self.mode

    async def _embeddings(self, line: Line) -> None:
        texts = line.body.get("input", [])
        dimensions = int(line.body.get("dimensions") or 1536)
        data = [
            {"object": "embedding", "index": n, "embedding": embedding(str(text), dimensions)}
            for n, text in enumerate([texts] if isinstance(texts, str) else texts)
        ]
        usage = {"prompt_tokens": len(str(texts)) // 4, "total_tokens": len(str(texts)) // 4}
        await line.reply(200, {"object": "list", "model": line.body.get("model"), "data": data, "usage": usage})

    async def _models(self, line: Line) -> None:
        models = [{"id": f"fake-{mode}", "object": "model", "created": 0, "owned_by": "fake"} for mode in MODES]
        await line.reply(200, {"object": "list", "data": models})

    async def _control(self, method: str, line: Line) -> None:
        try:
            if method == "DELETE":
                self.reset()
            elif method == "POST":
                self.tell(**line.body)
        except (TypeError, ValueError) as error:
            await line.reply(400, {"error": str(error)})
            return
        await line.reply(200, {"mode": self.mode, "times": self.times, "seen": [asdict(seen) for seen in self.seen]})


def _content_type(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")


async def _read(receive: Receive, content_type: str) -> dict[str, Any]:
    data = b""
    while True:
        message = await receive()
        data += message.get("body", b"")
        if not message.get("more_body"):
            break
    if content_type.startswith("multipart/form-data"):
        return fields(data, content_type)
    try:
        document = json.loads(data or b"{}")
    except ValueError:
        document = {}
    return document if isinstance(document, dict) else {}


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    """Notices when the other side hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
