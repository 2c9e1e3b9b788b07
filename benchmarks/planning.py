"""`python -m benchmarks.planning`: how long a plan of 365 days with 300 syllabus points takes, and making it anew.

The floor is what no planner can do without: stepping through the days and saying what each place holds, in the stored shape.
First pure arithmetic, then the same through rows of a database of its own (`planning_inside`). Fails above the limits.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from benchmarks.scratch import ROOT, scratch_database
from planning.study.days import DaysOff
from planning.study.planner import Planned, Topic, Wishes, plan
from planning.study.readiness import Readiness, readiness
from planning.study.schedule import Schedule, entries
from planning.study.spacing import Memory, Review, remembered

START = date(2027, 1, 4)
DAYS = 365
POINTS = 300
PARTS = 20
ROUNDS = 15
WANTED_NEW, WANTED_ANEW = 300, 150  # ms
TOPICS = [Topic(f"1.{n // PARTS}.{n % PARTS}", f"1.{n // PARTS}") for n in range(POINTS)]


Figures = tuple[float, float, float]


def measured(work: Callable[[], object]) -> Figures:
    """Median, least and most milliseconds."""
    times = []
    for _round in range(ROUNDS):
        since = time.perf_counter()
        work()
        times.append((time.perf_counter() - since) * 1000)
    return statistics.median(times), min(times), max(times)


def floor() -> list[dict[str, object]]:
    rest = {"interval": 1, "activities": ["study", "practice"], "hours_allocated": 2.0, "ef": 2.5, "completed": False}
    return [
        {"day": day + 1, "date": (START + timedelta(days=day)).isoformat(), "topics": _three(day), **rest} for day in range(DAYS)
    ]


def _three(day: int) -> list[str]:
    return [TOPICS[(day * 3 + number) % POINTS].code for number in range(3)]


def memories(method: str) -> dict[str, Memory]:
    """Half the syllabus was studied, with every grade there is."""
    found = {}
    for number, topic in enumerate(TOPICS[: POINTS // 2]):
        memory = remembered(method, [Review(START + timedelta(days=n * 5), (number + n) % 6) for n in range(4)])
        assert memory is not None
        found[topic.code] = memory
    return found


def wishes(method: str) -> Wishes:
    return Wishes(START + timedelta(days=DAYS), 3.0, DaysOff(frozenset({6})), method=method, first=START)


def new_plan(method: str) -> Schedule:
    return entries(plan(topics=TOPICS, memories={}, start=START, wishes=wishes(method)).days, START)


def made_anew(method: str, known: dict[str, Memory]) -> Planned:
    return plan(topics=TOPICS, memories=known, start=START + timedelta(days=30), wishes=wishes(method))


def curve(method: str, schedule: Schedule) -> Readiness:
    exam = START + timedelta(days=DAYS)
    return readiness(
        topics=TOPICS, known=frozenset(), reviews={}, schedule=schedule, first=START, today=START, exam_date=exam, method=method
    )


def main() -> int:
    print(f"{'':34} {'median':>8} {'least':>8} {'most':>8}  ms")
    show("floor: the shape alone", measured(floor))
    is_slow = False
    for method in ("sm2", "fsrs"):
        new, anew = measured(partial(new_plan, method)), measured(partial(made_anew, method, memories(method)))
        is_slow |= new[0] > WANTED_NEW or anew[0] > WANTED_ANEW
        show(f"{method}: new plan", new)
        show(f"{method}: made anew", anew)
        show(f"{method}: readiness", measured(partial(curve, method, new_plan(method))))
    sys.stdout.flush()
    with scratch_database() as scratch:
        command = [sys.executable, "-m", "benchmarks.planning_inside"]
        rows = subprocess.run(command, cwd=ROOT, env=scratch.environment, check=False).returncode
    return 1 if is_slow or rows else 0


def show(name: str, figures: Figures) -> None:
    median, least, most = figures
    print(f"{name:34} {median:8.1f} {least:8.1f} {most:8.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
