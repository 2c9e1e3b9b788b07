"""How much time our house adds before the first word, and how many open streams one web process carries.

`python -m benchmarks.answering` prints both beside their floor: the same provider, asked directly, in the same run.
"""

import asyncio
from argparse import ArgumentParser

from benchmarks.scratch import Scratch, connect, scratch_database, web_process
from benchmarks.streams import QUESTIONS, Learner, bodies_seen, direct, fake_vendor, many_streams, model_of, new, spread

ASK = "/coach/containers-in-three-days/ask"


async def floor(vendor: str, times: int) -> list[float]:
    """The provider asked directly, one request after the other: seconds to its first token."""
    bodies = await bodies_seen(vendor, times)
    return [(await direct(vendor, [body], first_only=True))[0].times[0] for body in bodies]


AGAIN = ("what is the difference between CMD and ENTRYPOINT", "how do two containers find each other by name")


async def first_words(base: str, times: int, kind: str) -> list[float]:
    """Each question a new one; `kind` is a word that keeps those of one run from those of another."""
    learner = Learner(base)
    await learner.sign_in()
    for turn in range(len(QUESTIONS)):
        await learner.heard(ASK, new(turn, f"to warm {kind}"))
    return [(await learner.heard(ASK, new(turn, kind))).times[0] for turn in range(times)]


async def answered_again(base: str, times: int) -> list[float]:
    """Questions that were answered before in the course: seconds to the page that comes back with the answer."""
    learner = Learner(base)
    await learner.sign_in()
    for question in AGAIN:
        await learner.heard(ASK, question)
    return [(await learner.heard(ASK, AGAIN[turn % len(AGAIN)])).times[0] for turn in range(times)]


def stages(scratch: Scratch) -> str:
    """Medians of what the answers' own rows say: ms from the start of the stream's request, by stage."""
    names = ("claim", "embed", "retrieve", "evidence", "provider", "first_token")
    columns = ", ".join(f"percentile_cont(0.5) WITHIN GROUP (ORDER BY (timings->>'{name}')::float)" for name in names)
    with connect(scratch.owner_url) as owner:
        row = owner.execute(f"SELECT {columns} FROM ai_coach_responses WHERE provider = 'fake'").fetchone() or ()
    return "  ".join(f"{name} {value}" for name, value in zip(names, row, strict=False))


def answered_before(scratch: Scratch) -> int:
    """How many answers were given before."""
    with connect(scratch.owner_url) as owner:
        row = owner.execute("SELECT count(*) FROM ai_coach_responses WHERE notes ? 'answered_before'").fetchone()
        assert row
        return int(str(row[0]))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--streams", type=int, default=300, help="0 leaves them out")
    options = parser.parse_args()
    with scratch_database() as scratch, fake_vendor() as vendor, fake_vendor(pause=0.5) as slow_vendor:
        scratch.manage("load_demo", "--force")
        with web_process(scratch, **model_of(vendor)) as (base, _pid):
            ours = spread(asyncio.run(first_words(base, options.questions, "case")))
            direct = spread(asyncio.run(floor(vendor, options.questions)))
            by_stage = stages(scratch)
        with web_process(scratch) as (base, _pid):
            extractive = spread(asyncio.run(first_words(base, options.questions, "example")))
            settled = spread(asyncio.run(answered_again(base, options.questions)))
            served = answered_before(scratch)
        streams: dict[str, object] = {}
        if options.streams:
            with web_process(scratch, **model_of(slow_vendor)) as (base, pid):
                _heard, streams = asyncio.run(many_streams(base, pid, scratch, [ASK] * options.streams))
    print(f"provider asked directly      {direct}")
    print(f"first word, whole request    {ours}")
    print(
        f"  of it added by us          p50 {ours.p50 - direct.p50:6.1f}  p95 {ours.p95 - direct.p95:6.1f} ms   (at most 40, 90)"
    )
    print(f"  of the stream, by stage    {by_stage}")
    print(f"first word, extractive       {extractive}")
    print(f"first word, answered before  {settled}   (at most 30; {served} were)")
    for name, value in streams.items():
        print(f"{name:40} {value}")


if __name__ == "__main__":
    main()
