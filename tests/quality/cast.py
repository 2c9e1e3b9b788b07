"""A set of two questions about the small course, and runs that are really run."""

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.evaluating.questions import Expected
from learning.models import QualityResult, QualityRun, QualitySet
from learning.quality import keeping
from learning.quality.leases import ask_for_run
from learning.quality.running import run_set

VOLUME = Expected("Which one for the files of a database?", ("volumes",), "Use a volume")
PORT = Expected("How is a port reachable from outside?", ("networks",))
WEATHER = Expected("What will the weather be tomorrow?", ("networks",))


def kept(person: User, course: Course, *wanted: Expected, name: str = "First day") -> QualitySet:
    with acting_as(person):
        made = keeping.make_set(course, name, person)
        keeping.add(made, wanted or [VOLUME, PORT], source="hand")
        return made


def ran(chosen: QualitySet) -> QualityRun:
    """Asked for, and run here as a worker would."""
    with acting_as(SYSTEM):
        run = ask_for_run(chosen, is_told=False)
    run_set(run.pk)
    return fresh(run)


def fresh(run: QualityRun) -> QualityRun:
    with acting_as(SYSTEM):
        return QualityRun.objects.select_related("set__course").get(pk=run.pk)


def results(run: QualityRun) -> dict[str, QualityResult]:
    with acting_as(SYSTEM):
        return {one.question: one for one in QualityResult.objects.filter(run=run)}
