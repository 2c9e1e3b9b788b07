"""One request to the fake vendor and the open connection of the one who asked, in the words of the OpenAI protocol."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ai.fake_vendor.answering import answer

EVENT_STREAM = "text/event-stream; charset=utf-8"


@dataclass
class Line:
    """One request and the open connection of the one who asked."""

    body: dict[str, Any]
    pause: float  # seconds between pieces
    seconds: float  # of the slow modes
    retry_after: str
    send: Callable[[dict[str, Any]], Awaitable[None]]
    gone: asyncio.Event
    has_cached: bool = False

    async def start(self, status: int = 200, content_type: str = EVENT_STREAM, **headers: str) -> None:
        pairs = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        encoded = [(name.encode(), value.encode()) for name, value in pairs.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, text: str) -> None:
        await self.send({"type": "http.response.body", "body": text.encode("utf-8", "surrogatepass"), "more_body": True})

    async def end(self, text: str = "") -> None:
        await self.send({"type": "http.response.body", "body": text.encode(), "more_body": False})

    async def reply(self, status: int, document: object, **headers: str) -> None:
        await self.start(status, "application/json", **headers)
        await self.end(json.dumps(document))

    async def fail(self, status: int, **headers: str) -> None:
        await self.reply(
            status, {"error": {"message": f"told to fail with {status}", "type": "fake", "code": str(status)}}, **headers
        )

    async def event(self, document: object) -> None:
        await self.write(f"data: {document if isinstance(document, str) else json.dumps(document)}\n\n")

    async def delta(self, text: str = "", *, finish: str | None = None, **more: object) -> None:
        delta = {"content": text, **more} if text or more else {}
        await self.event(self._chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    async def say(self, text: str) -> None:
        """The text in pieces, until it is said or nobody listens."""
        for piece in pieces(text):
            if self.gone.is_set():
                return
            await self.delta(piece)
            await asyncio.sleep(self.pause)

    async def close(self, text: str, finish: str | None = "stop") -> None:
        """The end of a proper stream: the finish reason, the usage if it was asked for, and the mark."""
        await self.delta(finish=finish)
        if (self.body.get("stream_options") or {}).get("include_usage"):
            await self.event({**self._chunk([]), "usage": self.usage(text)})
        await self.event("[DONE]")
        await self.end()

    async def wait(self, seconds: float) -> None:
        """Silence, cut short when the other side hangs up."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return

    def usage(self, text: str) -> dict[str, object]:
        prompt = sum(len(str(message.get("content"))) for message in self.body.get("messages", [])) // 4
        said = max(1, len(text) // 4)
        counts: dict[str, object] = {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
        return {**counts, "prompt_tokens_details": {"cached_tokens": prompt // 2}} if self.has_cached else counts

    def answer(self) -> str:
        return answer(self.body.get("messages", []))

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        model = self.body.get("model", "")
        return {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": choices}


def pieces(text: str) -> list[str]:
    """Pieces of seven characters, so that markers and code fences are often split in two."""
    return [text[at : at + 7] for at in range(0, len(text), 7)]
