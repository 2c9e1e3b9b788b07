"""`script/up --fake-llm`: a vendor of models on this machine, so that anyone can see answers stream without a key."""

from typing import NamedTuple

PROCESSES = ("web", "worker", "beat")
NOTE = "Answers come from a fake model on this machine: the course's sentences, streamed. It costs nothing."


class Chosen(NamedTuple):
    """Which lines of the Procfile are started, and what they find in their environment."""

    processes: tuple[str, ...]
    environment: dict[str, str]
    note: str


def chosen(is_wanted: bool, port: int) -> Chosen:
    """With the vendor at `port` when it is wanted; else as ever."""
    if not is_wanted:
        return Chosen(PROCESSES, {}, "")
    environment = {
        "FAKE_LLM_PORT": str(port),
        "LLM_NAME": "fake vendor",
        "LLM_TYPE": "compatible",
        "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "LLM_MODEL": "fake-good",
        "LLM_API_KEY": "fake",
    }
    return Chosen((*PROCESSES, "vendor"), environment, NOTE)
