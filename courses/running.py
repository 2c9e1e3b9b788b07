"""Who may change a course. The policies decide in the database; this is for links and for a clear 404 before the work."""

from django.http import Http404

from accounts.models import User
from courses.access import open_course
from courses.models import Course, CourseTrainer


def may_run(course: Course, person: User) -> bool:
    """Whether this person trains the course or is an admin. Asks nothing of the database for learners."""
    if person.role == "admin":
        return True
    return person.role == "trainer" and CourseTrainer.objects.filter(course=course, trainer=person).exists()


def course_to_run(slug: str, person: User) -> Course:
    """The course, for those who may change it. Raises Http404 for everybody else."""
    course = open_course(slug)
    if not may_run(course, person):
        raise Http404(slug)
    return course
