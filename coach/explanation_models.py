"""Explanations of syllabus points, kept for the next reader."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity
from courses.models import Course
from planning.models import SyllabusPoint


class Level(models.TextChoices):
    """What the reader brings along."""

    NEW = "new", _("New to me")
    SOME = "some", _("I know the basics")
    EXAM = "exam", _("Before the exam")


class PointExplanation(models.Model):
    """One explanation at one level. Nobody's data: it holds course text and what a model made of it, the same for every reader.

    `basis` names everything it was made from; when that changes, it is made anew in the same row. `step` is the question that
    checks it, built from the course alone.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    point = models.ForeignKey(SyllabusPoint, models.CASCADE, related_name="+", db_index=False)
    level = models.CharField(max_length=10, choices=Level)
    basis = models.CharField(max_length=64, default="")
    text = models.TextField(default="")  # Markdown with `[n]`
    label = models.CharField(max_length=20, default="")
    model = models.CharField(max_length=200, default="")  # that wrote it; empty when it is the course's own sentences
    sources = models.JSONField(default=list)
    step = models.JSONField(default=dict)
    made_at = models.DateTimeField(null=True)
    making_at = models.DateTimeField(null=True)  # since when somebody is at it
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "point_explanations"
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        constraints = [
            models.UniqueConstraint(fields=["point", "level"], name="point_explanations_once"),
            models.CheckConstraint(condition=models.Q(level__in=["new", "some", "exam"]), name="point_explanations_level_valid"),
            models.CheckConstraint(
                condition=models.Q(label="", text="") | models.Q(label="course_text", model="") | models.Q(label="ai_draft"),
                name="point_explanations_label_valid",
            ),
            RowSecurity(name="point_explanations_rows", select=IN_MY_COURSES, insert=WORKERS, update=WORKERS, delete=WORKERS),
        ]
        # The policy.
        indexes = [Index(fields=["course"], name="idx_point_explanations_course")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.level}"
