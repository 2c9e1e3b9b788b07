"""The ASGI entry point."""

import contextlib
import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()


def warm() -> None:
    """Load now what would make the first question wait: the embedding and, where one is configured, the vendor's SDK."""
    # These need the apps to be ready.
    from ai.embedding import EmbeddingUnavailable, default_embedder  # noqa: PLC0415
    from ai.providers import configured  # noqa: PLC0415

    configured.warm()
    with contextlib.suppress(EmbeddingUnavailable):
        default_embedder().embed(["ready"])


threading.Thread(target=warm, name="warm", daemon=True).start()
