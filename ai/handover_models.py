"""A question that a conversation hands to the trainers' desk. The desk is another room and may not be called from below or beside
it: it picks the row up, and writes back onto it what became of the question.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity, own
from courses.models import Course


class Handover(models.Model):
    """A question on its way to the desk, and its reply. Personal data: what somebody asked; erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    source_id = models.UUIDField(unique=True)  # the row of the conversation that hands it over
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    question = models.TextField()
    answer = models.TextField(blank=True, default="")
    label = models.CharField(max_length=20, blank=True, default="")
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    conversation = models.JSONField(default=list)  # [{"question", "answer", "label"}], oldest first, this one last
    evidence = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    query_id = models.UUIDField(null=True)  # the desk's own row, once it has picked the question up
    status = models.CharField(max_length=20, default="", db_default="")  # as on the desk; empty until then
    reply = models.TextField(default="", db_default="")
    signed = models.CharField(max_length=150, default="", db_default="")
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_handovers"
        constraints = [
            RowSecurity(
                name="ai_handovers_rows",
                select=own("user_id"),
                insert=f"({own('user_id')}) AND {IN_MY_COURSES}",
                update=WORKERS,
                delete=own("user_id"),
            ),
        ]
        indexes = [
            # What the desk has not picked up: every few seconds.
            Index(fields=["created_at"], name="idx_ai_handovers_new", condition=models.Q(query_id=None)),
            # What the desk may have written to.
            Index(fields=["query_id"], name="idx_ai_handovers_query", condition=models.Q(query_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.pk)
