"""`python -m ai.fake_vendor --port N [--pause SECONDS] [--mode MODE]`"""

import argparse

import uvicorn
from django.conf import settings

from ai.fake_vendor.app import FakeVendor
from ai.fake_vendor.modes import MODES


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ai.fake_vendor", description="A local vendor of models that answers or fails on demand."
    )
    parser.add_argument("--port", type=int, default=8999)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--pause", type=float, default=0.03, help="seconds between two pieces of text")
    parser.add_argument("--mode", choices=sorted(MODES), default="good")
    chosen = parser.parse_args()
    print(f"LLM_BASE_URL=http://{chosen.host}:{chosen.port}/v1 LLM_MODEL=fake-good LLM_API_KEY=fake", flush=True)
    settings.USE_I18N = False  # a vendor has no catalogue of ours
    app = FakeVendor(mode=chosen.mode, pause=chosen.pause)
    uvicorn.run(app, host=chosen.host, port=chosen.port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
