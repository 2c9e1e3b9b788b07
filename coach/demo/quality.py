"""What the demo's trainer holds the coach to: two sets of questions with the places and answers she expects, each run once, so
that the next change of the course can be compared. Doing it again adds nothing.
"""

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.evaluating.questions import Expected
from learning.models import QualityQuestion, QualitySet
from learning.quality import keeping
from learning.quality.leases import ask_for_run
from learning.quality.running import run_set

SETS = {
    "What everybody asks on the first day": (
        Expected("What is the difference between an image and a container?", ("01-what-a-container-is",)),
        Expected("Why does my container stop as soon as it starts?", ("02-running-containers",)),
        Expected("what does port is already allocated mean", ("02-running-containers", "07-networks-and-ports")),
        Expected("Do I put the command into CMD or into ENTRYPOINT?", ("03-writing-a-dockerfile",)),
        Expected("the build says COPY not found but the file is there", ("03-writing-a-dockerfile",)),
        Expected("How do I make the second build faster?", ("04-layers-and-cache", "lab-2-small-and-fast")),
        Expected("permission denied on the docker socket", ("01-what-a-container-is",)),
    ),
    "What may never be answered wrongly": (
        Expected("Where do the files of a database belong?", ("05-volumes-and-bind-mounts", "lab-3-keep-the-database"), "volume"),
        Expected("Does docker compose down delete my data?", ("08-compose", "05-volumes-and-bind-mounts")),
        Expected("Should a container run as root?", ("06-users-and-permissions", "12-security-basics")),
        Expected("Can I put a password into an image?", ("12-security-basics",)),
        Expected("Which tag do I deploy, latest or a version?", ("11-registries-and-tags",)),
    ),
}


def hold_to(course: Course, trainer: User) -> int:
    """Keep the sets and run each; how many questions were added."""
    added = 0
    for name, wanted in SETS.items():
        with acting_as(trainer):
            if QualitySet.objects.filter(course=course, name=name).exists():
                continue
            chosen = keeping.make_set(course, name, trainer)
            added += len(keeping.add(chosen, wanted, source=QualityQuestion.Source.HAND))
        with acting_as(SYSTEM):
            run = ask_for_run(chosen, is_told=False)
        run_set(run.pk)
    return added
