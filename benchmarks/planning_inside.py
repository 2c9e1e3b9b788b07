"""The half of `benchmarks.planning` with rows: runs in a process whose settings point at the scratch database.

A learner replans, grades a topic and comes back after three missed days: the whole deed behind the door, from its first statement
to its commit. The floor is reading and writing the plan's row, which no replanning can do without.
"""

import os
from collections.abc import Callable
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402 (after setup)

from accounts.door import SYSTEM, acting_as  # noqa: E402
from accounts.models import User  # noqa: E402
from benchmarks.planning import DAYS, PARTS, POINTS, measured, show  # noqa: E402
from planning.models import StudyPlan, StudyReview, Subject, SyllabusPoint  # noqa: E402
from planning.study.keeping import catch_up, grade, replan  # noqa: E402
from planning.study.making import lock, make  # noqa: E402
from planning.study.wishing import Wanted  # noqa: E402

BEGUN = 30  # days ago
WANTED = 150  # ms for making it anew


def main() -> int:
    today = timezone.now().date()
    return 0 if max(_measure(method, today) for method in StudyPlan.Method.values) <= WANTED else 1


def _measure(method: str, today: date) -> float:
    """The slower median of the two ways of making the plan anew."""
    learner, plan = _scene(method, today)
    topic = plan.schedule[-1]["topics"][0]
    show(f"{method}, rows: floor", _behind_door(learner, lambda: lock(plan).save()))
    anew = _behind_door(learner, lambda: replan(study_plan=plan, today=today))
    missed = _behind_door(learner, lambda: _miss_and_catch_up(plan, today))
    show(f"{method}, rows: made anew", anew)
    show(f"{method}, rows: three days missed", missed)
    show(f"{method}, rows: graded", _behind_door(learner, lambda: grade(study_plan=plan, topic=topic, value=4, today=today)))
    return max(anew[0], missed[0])


def _behind_door(learner: User, deed: Callable[[], object]) -> tuple[float, float, float]:
    def whole() -> None:
        with acting_as(learner):
            deed()

    return measured(whole)


def _miss_and_catch_up(plan: StudyPlan, today: date) -> None:
    """The first of three missed days is still planned; `next_day` is what catching up goes by."""
    behind = today - timedelta(days=3)
    StudyPlan.objects.filter(pk=plan.pk).update(next_day=behind, planned_on=behind)
    catch_up(StudyPlan.objects.get(pk=plan.pk), today)


def _scene(method: str, today: date) -> tuple[User, StudyPlan]:
    """A learner with a plan of a year, half of which was graded four times."""
    first = today - timedelta(days=BEGUN)
    with acting_as(SYSTEM):
        learner = User.objects.create(email=f"{method}@example.com", name="Ada", role="learner")
        subject = Subject.objects.create(code=method, title=method)
        codes = [f"1.{n // PARTS}.{n % PARTS}" for n in range(POINTS)]
        SyllabusPoint.objects.bulk_create(
            SyllabusPoint(subject=subject, code=code, title=code, position=at) for at, code in enumerate(codes)
        )
        StudyReview.objects.bulk_create(
            StudyReview(
                student=learner, subject=subject, topic=code, grade=(at + n) % 6, reviewed_on=first + timedelta(days=n * 5)
            )
            for at, code in enumerate(codes[: POINTS // 2])
            for n in range(4)
        )
    wanted = Wanted(exam_date=first + timedelta(days=DAYS), hours_per_day=3.0, method=method)
    with acting_as(learner):
        return learner, make(learner=learner, subject=subject, wanted=wanted, today=first, zone="UTC")


if __name__ == "__main__":
    raise SystemExit(main())
