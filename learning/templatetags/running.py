"""What a course's page offers to those who run it. The page belongs to a lower room and may not know this one."""

from typing import Any

from django import template
from django.urls import reverse

from courses.models import Course
from courses.running import may_run

register = template.Library()


@register.simple_tag(takes_context=True)
def import_address(context: dict[str, Any], course: Course) -> str:
    """Where the reader brings in a new version of the course; "" for those who may not."""
    return reverse("course-import", args=[course.slug]) if may_run(course, context["request"].user) else ""
