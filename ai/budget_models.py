"""What models may cost in a day, and what they have: for each learner, for each course, and for all together."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Uuid7
from accounts.policies import ADMINS, WORKERS, RowSecurity
from courses.models import Course

DOLLARS: dict[str, Any] = {"max_digits": 16, "decimal_places": 8}


class Scope(models.TextChoices):
    LEARNER = "learner", _("Each learner")
    COURSE = "course", _("A course")
    EVERYBODY = "everybody", _("All together")


SCOPE_VALID = models.Q(scope__in=["learner", "course", "everybody"])


class Budget(models.Model):
    """A bound on one day. A course's own row comes before the one for every course. A day begins at midnight UTC."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    scope = models.CharField(_("for"), max_length=20, choices=Scope)
    course = models.ForeignKey(
        Course, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("course"),
        help_text=_("Only for a course. Empty: each course that has no row of its own."),
    )  # fmt: skip
    usd_per_day = models.DecimalField(
        _("US dollars a day"), max_digits=10, decimal_places=4, null=True, blank=True, help_text=_("Empty: no bound.")
    )
    answers_per_day = models.PositiveIntegerField(
        _("answers by a model a day"), null=True, blank=True, help_text=_("Empty: no bound.")
    )

    class Meta:
        db_table = "ai_budgets"
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "course"],
                name="ai_budgets_once",
                nulls_distinct=False,
                violation_error_message=_("There is a budget for this already."),
            ),
            models.CheckConstraint(condition=SCOPE_VALID, name="ai_budgets_scope_valid"),
            models.CheckConstraint(
                condition=models.Q(course=None) | models.Q(scope="course"),
                name="ai_budgets_course_where_due",
                violation_error_message=_("Only the budget of a course names a course."),
            ),
            models.CheckConstraint(
                condition=models.Q(usd_per_day__isnull=False) | models.Q(answers_per_day__isnull=False),
                name="ai_budgets_bound",
                violation_error_message=_("Give a number of dollars, of answers, or both."),
            ),
            models.CheckConstraint(
                condition=models.Q(usd_per_day=None) | models.Q(usd_per_day__gte=0),
                name="ai_budgets_dollars_valid",
                violation_error_message=_("Dollars cannot be negative."),
            ),
            RowSecurity(name="ai_budgets_rows", select=ADMINS, insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]

    def __str__(self) -> str:
        return str(self.course or self.get_scope_display())


class BudgetDay(models.Model):
    """What was used on one day. Personal data: how much a learner asked; no words. Erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    scope = models.CharField(max_length=20, choices=Scope)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+")
    day = models.DateField()
    answers = models.IntegerField(db_default=0)
    spent = models.DecimalField(**DOLLARS, db_default=0)
    reserved = models.DecimalField(**DOLLARS, db_default=0)  # for answers under way

    class Meta:
        db_table = "ai_budget_days"
        constraints = [
            # The day's counter of one learner, one course or everybody: each claim of a question.
            models.UniqueConstraint(fields=["day", "scope", "user", "course"], name="ai_budget_days_once", nulls_distinct=False),
            models.CheckConstraint(condition=SCOPE_VALID, name="ai_budget_days_scope_valid"),
            RowSecurity(name="ai_budget_days_rows", select=ADMINS, insert=WORKERS, update=WORKERS, delete=ADMINS),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.day}"
