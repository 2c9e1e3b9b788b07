"""What the verdicts of a course taught its confidence: one row for each time it was learnt, the newest of them live."""

from django.db import models
from django.db.models.functions import Now

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity
from courses.models import Course
from learning.calibration import Map


class ConfidenceMap(models.Model):
    """From how sure the search was to how often such answers were right, in one course. No personal data: sums alone.

    `reliability` holds ten bins of `[answers, mean confidence, share right]`, as the map would have told them without having seen
    them; `error` is the calibration error over these, `threshold` the confidence below which a question goes to the trainer.
    """

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="confidence_maps", db_index=False)
    version = models.IntegerField()
    slope = models.FloatField()
    intercept = models.FloatField()
    verdicts = models.IntegerField()
    wrong = models.IntegerField()
    brier = models.FloatField()
    error = models.FloatField()
    reliability = models.JSONField(default=list)
    wanted_error = models.DecimalField(max_digits=4, decimal_places=3)
    threshold = models.DecimalField(max_digits=4, decimal_places=3)
    is_live = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_coach_confidence_maps"
        constraints = [
            models.UniqueConstraint(fields=["course", "version"], name="ai_coach_confidence_maps_version"),
            models.CheckConstraint(condition=models.Q(slope__gt=0), name="ai_coach_confidence_maps_keeps_order"),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=0, threshold__lte=1), name="ai_coach_confidence_maps_threshold_valid"
            ),
            RowSecurity(
                name="ai_coach_confidence_maps_rows", select=IN_MY_COURSES, insert=WORKERS, update=WORKERS, delete=WORKERS
            ),
        ]
        # The claim of each question, and the dashboard; there is one live row for each course.
        indexes = [
            Index(fields=["course"], name="idx_ai_coach_confidence_maps_live", condition=models.Q(is_live=True)),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.version}"

    @property
    def map(self) -> Map:
        return Map(self.slope, self.intercept)
