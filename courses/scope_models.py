"""Whom each trainer trains, kept ready for the policies."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.policies import RowSecurity


class TrainerScope(models.Model):
    """A trainer's learners, the pairs of learner and course, at the same place in both lists.

    Personal data: ids alone, a copy of what enrolments and course trainers say; it goes when they go. The database writes it
    (`scope_functions`), and nobody may read it: policies ask through `trained_learners()`,
    `trained_courses()` and `trained_pairs()`.
    """

    trainer_id = models.UUIDField(primary_key=True)
    learners = ArrayField(models.UUIDField())
    pair_learners = ArrayField(models.UUIDField())
    pair_courses = ArrayField(models.UUIDField())
    courses_by_learner = models.GeneratedField(
        expression=models.Func("pair_learners", "pair_courses", function="courses_by_learner"),
        output_field=models.JSONField(),
        db_persist=True,
    )

    class Meta:
        db_table = "trainer_scopes"
        constraints = [RowSecurity(name="trainer_scopes_rows")]

    def __str__(self) -> str:
        return str(self.trainer_id)
