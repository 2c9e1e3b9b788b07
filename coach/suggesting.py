"""Questions to begin with: from the headings of the open page, or from the titles of the course."""

from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Lab

COUNT = 3
MAIN_HEADING = 2  # level of the sections of a page


def suggestions_for(place: Chapter | Lab) -> list[str]:
    """Questions that the open page can answer."""
    headings = [heading["text"] for heading in place.outline if heading["level"] == MAIN_HEADING]
    return [_("Explain “%(heading)s”") % {"heading": heading} for heading in headings[:COUNT]]


def first_questions(course: Course) -> list[str]:
    """Questions that the first chapters of a course can answer."""
    titles = course.chapters.current().order_by("day", "position").values_list("title", flat=True)[:COUNT]
    return [_("What is “%(title)s” about?") % {"title": title} for title in titles]
