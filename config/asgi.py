"""The ASGI entry point."""

import asyncio
import contextlib
import gc
import os
import threading
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

pages = get_asgi_application()

from ai import live  # noqa: E402 (its models need the apps to be ready)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Django, on a loop that answers can be begun on from a page's thread."""
    live.home = asyncio.get_running_loop()
    await pages(scope, receive, send)


def warm() -> None:
    """Load now what would make the first question wait: the embedding and, where one is configured, the vendor's SDK."""
    # These need the apps to be ready.
    from ai.embedding import EmbeddingUnavailable, default_embedder  # noqa: PLC0415
    from ai.providers import configured  # noqa: PLC0415

    configured.warm()
    with contextlib.suppress(EmbeddingUnavailable):
        default_embedder().embed(["ready"])
    gc.collect()
    gc.freeze()  # what is loaded by now stays; looking through it again would pause every answer


threading.Thread(target=warm, name="warm", daemon=True).start()
