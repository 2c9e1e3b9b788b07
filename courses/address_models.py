"""Addresses that courses had before: kept by the database when one changes, so that open pages and old links lead on."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity


class FormerAddress(models.Model):
    """The slug that a course had. One that a later course gave up as well belongs to the later one."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    slug = models.SlugField(max_length=100, unique=True)
    course = models.ForeignKey("courses.Course", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "course_former_addresses"
        constraints = [
            RowSecurity(name="course_former_addresses_rows", select=IN_MY_COURSES, insert=WORKERS, update=WORKERS, delete=WORKERS)
        ]

    def __str__(self) -> str:
        return self.slug
