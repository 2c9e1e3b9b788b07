"""The ways in which the fake vendor answers or fails: each is a short story told to one connection."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterator

from ai.fake_vendor.line import Line

ONE_IN = 20  # answers of a vendor that is late now and then
HUGE = 10 * 1024 * 1024  # characters
ATTACK = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [click](javascript:alert(1)) ![](https://evil.example/x.png) [99]"
)


class Dropped(Exception):
    """Ends the connection in the middle; the server closes it without a last chunk."""


async def good(line: Line) -> None:
    text = line.answer()
    if not line.body.get("stream"):
        message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        await line.reply(
            200,
            {
                "id": "chatcmpl-fake",
                "object": "chat.completion",
                "created": 0,
                "model": line.body.get("model"),
                "choices": [message],
                "usage": line.usage(text),
            },
        )
        return
    await line.start()
    await line.delta(role="assistant")
    await line.say(text)
    await line.close(text)


async def contradicts(line: Line) -> None:
    """Says the opposite in the words of the sources."""
    text = re.sub(r"\b(is|are|goes|use)\b", r"\1 never", line.answer(), flags=re.IGNORECASE)
    await line.start()
    await line.say(text)
    await line.close(text)


async def slow_first(line: Line) -> None:
    await line.wait(line.seconds)
    await good(line)


def _late_ones() -> Iterator[bool]:
    """One of every twenty, at a place that chance picks; the same chance in each run."""
    luck = random.Random(7)  # noqa: S311
    while True:
        late = luck.randrange(ONE_IN)
        yield from (place == late for place in range(ONE_IN))


IS_LATE = _late_ones()


async def sometimes_late(line: Line) -> None:
    if next(IS_LATE):
        await line.wait(line.seconds)
    await good(line)


async def slow_headers_then_silence(line: Line) -> None:
    await line.start()
    await line.delta(role="assistant")
    await line.wait(line.seconds)
    await line.close("")


async def slow_between(line: Line) -> None:
    text = line.answer()
    await line.start()
    await line.say(text[: len(text) // 2])
    await line.wait(line.seconds)
    await line.say(text[len(text) // 2 :])
    await line.close(text)


async def hang(line: Line) -> None:
    await line.gone.wait()


async def rate_limited(line: Line) -> None:
    await line.fail(429, retry_after=line.retry_after) if line.retry_after else await line.fail(429)


async def redirect(line: Line) -> None:
    await line.start(302, "text/plain", location="http://169.254.169.254/latest/meta-data/")
    await line.end()


async def html(line: Line) -> None:
    await line.start(200, "text/html")
    await line.end("<!doctype html><title>Sign in</title><h1>Welcome to the hotel network</h1>")


async def garbage(line: Line) -> None:
    await line.start()
    await line.event('{"choices": [{"delta": {"content": "half a docu')
    await line.end()


async def wrong_shape(line: Line) -> None:
    await line.start()
    await line.event({"id": 7, "object": "chat.completion.chunk", "choices": [{"index": "x", "delta": {"content": {"a": 1}}}]})
    await line.close("")


async def error_event(line: Line) -> None:
    await line.start()
    await line.event({"error": {"message": "the model is overloaded", "type": "server_error"}})
    await line.end()


async def half(line: Line) -> None:
    text = line.answer()
    await line.start()
    await line.say(text[: len(text) // 2])
    raise Dropped


async def dropped(line: Line) -> None:
    await line.start()
    await line.delta(role="assistant")
    raise Dropped


async def no_finish(line: Line) -> None:
    text = line.answer()
    await line.start()
    await line.say(text[: len(text) // 2])
    await line.event("[DONE]")
    await line.end()


async def empty(line: Line) -> None:
    await line.start()
    await line.close("")


async def endless(line: Line) -> None:
    await line.start()
    while not line.gone.is_set():
        await line.delta("and so on ")
        await asyncio.sleep(0.001)


async def huge(line: Line) -> None:
    await line.start()
    await line.delta("x" * HUGE)
    await line.close("x")


async def control(line: Line) -> None:
    await line.start()
    await line.say("The answer\x00 is\x1b[31m here\x07.\u0085 Read on. [1]")
    await line.delta("\ud800")
    await line.close("x")


async def markup(line: Line) -> None:
    await line.start()
    await line.say(f"{ATTACK} {line.answer()}")
    await line.close(ATTACK)


async def cached(line: Line) -> None:
    """Half of the prompt was in the cache."""
    line.has_cached = True
    await good(line)


async def echo(line: Line) -> None:
    """Says the whole prompt, instructions and all: what an attacker would have it do."""
    text = "\n\n".join(str(message.get("content")) for message in line.body.get("messages", []))
    await line.start()
    await line.say(text)
    await line.close(text)


async def refusal(line: Line) -> None:
    await line.start()
    await line.delta(refusal="I cannot help with that.")
    await line.close("")


async def length(line: Line) -> None:
    text = line.answer()
    await line.start()
    await line.say(text[: len(text) // 2])
    await line.close(text, finish="length")


async def no_usage(line: Line) -> None:
    text = line.answer()
    await line.start()
    await line.say(text)
    await line.delta(finish="stop")
    await line.gone.wait()  # holds the connection open although everything is said


def _status(status: int) -> Callable[[Line], Awaitable[None]]:
    return lambda line: line.fail(status)


MODES: dict[str, Callable[[Line], Awaitable[None]]] = {
    "good": good,
    "contradicts": contradicts,
    "429": rate_limited,
    **{str(status): _status(status) for status in (400, 401, 402, 403, 404, 500, 503)},
    "slow-first": slow_first,
    "sometimes-late": sometimes_late,
    "silent": slow_headers_then_silence,
    "slow-between": slow_between,
    "hang": hang,
    "redirect": redirect,
    "html200": html,
    "garbage": garbage,
    "wrong-shape": wrong_shape,
    "error-event": error_event,
    "half": half,
    "dropped": dropped,
    "no-finish": no_finish,
    "empty": empty,
    "endless": endless,
    "huge": huge,
    "control": control,
    "markup": markup,
    "echo": echo,
    "cached": cached,
    "refusal": refusal,
    "length": length,
    "no-usage": no_usage,
}
