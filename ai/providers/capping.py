"""An HTTP transport that reads at most so many bytes of any answer; without it the SDK swallows a line of any length."""

from collections.abc import AsyncIterator
from typing import cast

import httpx2


class TooManyBytes(Exception):
    """The answer is larger than we accept."""


class CappedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self.stream, self.left = stream, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.stream:
            self.left -= len(part)
            if self.left < 0:
                raise TooManyBytes
            yield part

    async def aclose(self) -> None:
        await self.stream.aclose()


class CappedTransport(httpx2.AsyncHTTPTransport):
    """Asks for uncompressed answers, so that the bytes counted are the bytes unpacked."""

    def __init__(self, *, max_bytes: int, limits: httpx2.Limits) -> None:
        super().__init__(limits=limits, retries=0)
        self.max_bytes = max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        response.stream = CappedStream(cast("httpx2.AsyncByteStream", response.stream), self.max_bytes)
        return response
