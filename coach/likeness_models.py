"""What questions at the desk mean, and which are like one another: made by a worker, read by the desk's functions alone."""

from django.db import models
from pgvector.django import VectorField

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import WORKERS, RowSecurity
from coach.escalation_models import Escalation
from courses.models import Course


class EscalationMeaning(models.Model):
    """The vector of a question that went to a person. Personal data: it was made from what somebody asked; gone with it."""

    escalation = models.OneToOneField(Escalation, models.CASCADE, primary_key=True, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    embedding = VectorField()
    embedding_model = models.CharField(max_length=200)

    class Meta:
        db_table = "ai_coach_escalation_meanings"
        constraints = [
            RowSecurity(name="ai_coach_escalation_meanings_rows", select=WORKERS, insert=WORKERS, update=WORKERS, delete=WORKERS)
        ]
        # The newest questions of a course, to compare a new one with.
        indexes = [Index(fields=["course", "escalation"], name="idx_ai_coach_escalation_meanings_course")]

    def __str__(self) -> str:
        return str(self.escalation_id)


class EscalationLink(models.Model):
    """Two questions of one course that mean nearly the same; kept for each of the two. Personal data: ids; gone with them."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Escalation, models.CASCADE, related_name="+")
    likeness = models.FloatField()  # cosine of the two questions

    class Meta:
        db_table = "ai_coach_escalation_links"
        constraints = [
            # The desk reads all links of one question by it.
            models.UniqueConstraint(fields=["escalation", "other"], name="ai_coach_escalation_links_once"),
            RowSecurity(name="ai_coach_escalation_links_rows", select=WORKERS, insert=WORKERS, update=WORKERS, delete=WORKERS),
        ]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.other_id}"
