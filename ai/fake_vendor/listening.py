"""How the fake vendor listens: `/audio/transcriptions` tells always the same words, or fails in a mode of its own."""

from collections.abc import Awaitable, Callable
from email import message_from_bytes
from typing import Any

from ai.fake_vendor.line import Line
from ai.fake_vendor.modes import MODES, garbage, hang, html, rate_limited, redirect

SAID = (
    "Welcome to the session about volumes.",
    "I am stuck, my data is gone again and I am really frustrated.",
    "How do I restore the backup of the registry?",
)
SECONDS = 4.0  # of each sentence


def fields(body: bytes, content_type: str) -> dict[str, Any]:
    """The parts of a multipart body: text as text, a file by its name, type and size."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found: dict[str, Any] = {}
    for part in message.walk():
        name, data = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes):
            continue
        if part.get_filename():
            found[name] = {"name": part.get_filename(), "type": part.get_content_type(), "size": len(data)}
        else:
            found[name] = data.decode()
    return found


async def good(line: Line) -> None:
    text = " ".join(SAID)
    if line.body.get("response_format") != "verbose_json":
        await line.reply(200, {"text": text})
        return
    segments = [
        {"id": number, "start": SECONDS * number, "end": SECONDS * (number + 1), "text": f" {sentence}"}
        for number, sentence in enumerate(SAID)
    ]
    await line.reply(200, {"task": "transcribe", "language": "english", "duration": 12.0, "text": text, "segments": segments})


async def slow(line: Line) -> None:
    await line.wait(line.seconds)
    await good(line)


async def empty(line: Line) -> None:
    await line.reply(200, {"text": "", "segments": [], "language": "english"})


async def wrong_shape(line: Line) -> None:
    await line.reply(200, {"text": "x", "segments": [{"start": "soon", "end": None, "text": ["x"]}]})


async def huge(line: Line) -> None:
    await line.reply(200, {"text": "x" * (10 * 1024 * 1024)})


async def plain_only(line: Line) -> None:
    """Knows no answer with times."""
    await (line.fail(400) if line.body.get("response_format") == "verbose_json" else good(line))


LISTENING: dict[str, Callable[[Line], Awaitable[None]]] = {
    **{name: mode for name, mode in MODES.items() if name.isdigit()},
    **{"good": good, "slow-first": slow, "empty": empty, "wrong-shape": wrong_shape, "huge": huge, "length": plain_only},
    **{"429": rate_limited, "hang": hang, "html200": html, "garbage": garbage, "redirect": redirect},
}
