"""What the mentor remembers of a learner, with the vector by which it is found again."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import RowSecurity, own
from ai.models import Conversation
from courses.models import LearningConcept

MEMORY_LIMIT = 600  # characters


class Memory(models.Model):
    """Something that was asked and answered, in a line. Personal data: what somebody learnt; erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    concept = models.ForeignKey(LearningConcept, models.CASCADE, null=True, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="memories", db_index=False)
    content = models.TextField()
    embedding = VectorField(null=True)
    embedding_model = models.CharField(max_length=200, default="", db_default="")
    embedding_tries = models.IntegerField(default=0, db_default=0)
    metadata = models.JSONField(default=dict)  # {"chat": id, "corrected": true}
    relevance_score = models.FloatField(null=True)  # how near it was to the question for which it last came back
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "context_embeddings"
        verbose_name = _("memory")
        verbose_name_plural = _("memories")
        constraints = [
            RowSecurity(
                name="context_embeddings_rows",
                select=own("user_id"),
                insert=own("user_id"),
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]
        indexes = [
            Index(fields=["user"], name="idx_context_embeddings_user_id"),
            Index(fields=["concept"], name="idx_context_embeddings_concept_id"),
            Index(fields=["conversation"], name="idx_context_embeddings_conversation_id"),
            Index(fields=["relevance_score"], name="idx_context_embeddings_relevance_score"),
            # What the worker has to embed.
            Index(
                fields=["created_at"],
                name="idx_context_embeddings_unembedded",
                condition=models.Q(embedding=None, embedding_tries__lt=3),
            ),
        ]

    def __str__(self) -> str:
        return self.content[:80]
