"""What happened, by day: kept by increments, so that neither writing nor reading it grows with the tables behind it.

Triggers note each change as a row that nobody waits for; a worker folds them into the days every few seconds. Seconds stale,
and no two writers ever meet on one counter.
"""

from django.db import models
from django.db.models import F
from django.db.models.functions import Cast, Now, NullIf

from accounts.models import Uuid7
from accounts.policies import IN_COURSES_I_RUN, WORKERS, RowSecurity
from courses.models import Course

RULES = {"select": IN_COURSES_I_RUN, "insert": WORKERS, "update": WORKERS, "delete": WORKERS}


def average(total: str, count: str) -> models.Expression:
    """`total / count`, null for nothing."""
    return Cast(F(total), models.FloatField()) / NullIf(Cast(F(count), models.FloatField()), 0.0)


def generated(total: str, count: str) -> models.GeneratedField:
    return models.GeneratedField(expression=average(total, count), output_field=models.FloatField(null=True), db_persist=True)


class DailyLearningMetrics(models.Model):
    """Items of the queue by the day they were made and the state they are in now."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    date = models.DateField()
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    source_type = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    count = models.BigIntegerField(default=0)
    confidence_sum = models.BigIntegerField(default=0)
    avg_confidence = generated("confidence_sum", "count")

    class Meta:
        db_table = "daily_learning_metrics"
        constraints = [
            models.UniqueConstraint(fields=["course", "date", "source_type", "status"], name="daily_learning_metrics_once"),
            RowSecurity(name="daily_learning_metrics_rows", **RULES),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.source_type} {self.status}"


class ResponsePerformanceMetrics(models.Model):
    """Answers by day, kind and variant."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    date = models.DateField()
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    response_type = models.CharField(max_length=50)
    ab_test_variant = models.CharField(max_length=50, default="")
    total_responses = models.BigIntegerField(default=0)
    engagement_sum = models.BigIntegerField(default=0)
    engagement_count = models.BigIntegerField(default=0)
    conversions = models.BigIntegerField(default=0)
    response_time_sum = models.BigIntegerField(default=0)  # ms
    response_time_count = models.BigIntegerField(default=0)
    avg_engagement = generated("engagement_sum", "engagement_count")
    conversion_rate = generated("conversions", "total_responses")
    avg_response_time = generated("response_time_sum", "response_time_count")

    class Meta:
        db_table = "response_performance_metrics"
        constraints = [
            models.UniqueConstraint(
                fields=["course", "date", "response_type", "ab_test_variant"], name="response_performance_metrics_once"
            ),
            RowSecurity(name="response_performance_metrics_rows", **RULES),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.response_type}"


class MetricChange(models.Model):
    """One change that waits to be counted: `kind` and `part` name the counter, the figures are what is added to it.

    Written beside every answer and every item, so it has no key to a course, no index but its own, and the cheapest
    key there is.
    """

    id = models.BigAutoField(primary_key=True)
    relation = models.CharField(max_length=63)
    date = models.DateField()
    course_id = models.UUIDField()
    kind = models.CharField(max_length=50)  # source_type or response_type
    part = models.CharField(max_length=50, default="")  # status or variant
    counted = models.IntegerField(default=0)
    first_sum = models.BigIntegerField(default=0)  # confidence, or engagement
    first_count = models.IntegerField(default=0)
    second_sum = models.BigIntegerField(default=0)  # response time
    second_count = models.IntegerField(default=0)
    conversions = models.IntegerField(default=0)
    noted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "learning_metric_changes"
        constraints = [
            RowSecurity(name="learning_metric_changes_rows", select=WORKERS, insert=WORKERS, update=WORKERS, delete=WORKERS)
        ]

    def __str__(self) -> str:
        return self.relation
