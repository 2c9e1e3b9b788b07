"""What people say about marks: rulings, disputes, who looks at what, and what an answer means, to find others like it."""

import pgtrigger
from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, WORKERS, RowSecurity, own
from courses.models import Course
from planning.exam_models import Question, QuestionVersion
from planning.practice_models import TRAINED, AttemptedQuestion
from planning.ruling_functions import DISPUTE_HANDS, DISPUTE_OPENING, RULING_KEPT

SHORTEST_REASON, LONGEST_REASON = 10, 2_000  # characters
OWN_OR_TRAINED = f"({own('student_id')}) OR ({TRAINED})"
REVIEWERS = f"({TRAINED}) OR {ADMINS}"


class MarkRuling(models.Model):
    """What a person decided about an answer's marks, kept with the question. Made by a trigger with every review; it never
    changes but for the note that the learner has seen it. Personal data: how somebody's answer was judged; erased with the
    answer. `promised` is the confidence before earlier rulings moved it.
    """

    class Origin(models.TextChoices):
        REVIEW = "review", _("Looked at")
        DISPUTE = "dispute", _("Disputed")
        ALIKE = "alike", _("Like one that was changed")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    answer = models.ForeignKey(AttemptedQuestion, models.CASCADE, related_name="rulings", db_index=False)
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="+", db_index=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="rulings", db_index=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False)
    maximum_marks = models.IntegerField()
    proposed_marks = models.DecimalField(max_digits=6, decimal_places=2)  # by the marker
    marks_before = models.DecimalField(max_digits=6, decimal_places=2)
    ruled_marks = models.DecimalField(max_digits=6, decimal_places=2)
    promised = models.IntegerField(null=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.REVIEW, db_default="review")
    note = models.TextField(default="", db_default="")  # to the learner
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(null=True)  # by the learner

    class Meta:
        db_table = "mark_rulings"
        ordering = ["-id"]
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [
            models.CheckConstraint(
                condition=Q(ruled_marks__gte=0, ruled_marks__lte=models.F("maximum_marks")), name="mark_rulings_marks_valid"
            ),
            models.CheckConstraint(condition=Q(origin__in=["review", "dispute", "alike"]), name="mark_rulings_origin_valid"),
            RowSecurity(
                name="mark_rulings_rows",
                select=OWN_OR_TRAINED,
                insert=f"({TRAINED} AND ruled_by_id = (SELECT app_user_id())) OR {ADMINS}",
                update=own("student_id"),
                delete=ADMINS,
            ),
        ]
        indexes = [
            # What was decided about an answer.
            Index(fields=["answer", "id"], name="idx_mark_rulings_answer"),
            # How the marker did on a question: its statistics and its confidence.
            Index(fields=["question", "-id"], name="idx_mark_rulings_question"),
            # The policy, and what a learner has not seen yet.
            Index(fields=["student", "-id"], name="idx_mark_rulings_student"),
        ]
        triggers = [
            pgtrigger.Trigger(name="mark_rulings_kept", operation=pgtrigger.Update, when=pgtrigger.Before, func=RULING_KEPT)
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_changed(self) -> bool:
        return self.ruled_marks != self.marks_before


class MarkDispute(models.Model):
    """A learner does not agree with marks: once for an answer, with a reason. Personal data: what somebody wrote; erased with
    the answer. Whoever rules on the answer settles it: upheld when the marks stay, changed when they do not.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a person")
        UPHELD = "upheld", _("The marks stay")
        CHANGED = "changed", _("The marks were changed")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    answer = models.OneToOneField(AttemptedQuestion, models.CASCADE, related_name="dispute")
    # Copied from the answer by a trigger.
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False, editable=False)
    marks_before = models.DecimalField(max_digits=6, decimal_places=2, default=0, editable=False)
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON, validators=[MinLengthValidator(SHORTEST_REASON)])
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, db_default="open")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mark_disputes"
        ordering = ["-id"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "upheld", "changed"]), name="mark_disputes_state_valid"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="mark_disputes_settled",
            ),
            RowSecurity(
                name="mark_disputes_rows",
                select=OWN_OR_TRAINED,
                insert=own("student_id"),
                update=REVIEWERS,
                delete=ADMINS,
            ),
        ]
        indexes = [
            # The policy.
            Index(fields=["student", "-id"], name="idx_mark_disputes_student"),
            # The marking queue.
            Index(fields=["course", "id"], name="idx_mark_disputes_open", condition=Q(state="open")),
        ]
        triggers = [
            pgtrigger.FSM(name="mark_disputes_states", field="state", transitions=[("open", "upheld"), ("open", "changed")]),
            pgtrigger.Trigger(
                name="mark_disputes_opening", operation=pgtrigger.Insert, when=pgtrigger.Before, func=DISPUTE_OPENING
            ),
            pgtrigger.Trigger(name="mark_disputes_hands", operation=pgtrigger.Update, when=pgtrigger.Before, func=DISPUTE_HANDS),
        ]

    def __str__(self) -> str:
        return self.reason[:80]


class MarkClaim(models.Model):
    """Who has an answer before them in the marking queue, for the length of a lease. Personal data: who reviews what, until
    the next one takes it."""

    answer = models.OneToOneField(AttemptedQuestion, models.CASCADE, primary_key=True, related_name="claim")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mark_claims"
        verbose_name = _("claim of an answer")
        verbose_name_plural = _("claims of answers")
        constraints = [
            RowSecurity(name="mark_claims_rows", select=REVIEWERS, insert=REVIEWERS, update=REVIEWERS, delete=REVIEWERS)
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AnswerVector(models.Model):
    """What an answer means, to find others like it. Personal data derived from what somebody wrote; erased with the answer."""

    answer = models.OneToOneField(AttemptedQuestion, models.CASCADE, primary_key=True, related_name="vector")
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="+")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="+", db_index=False)
    embedding = VectorField()
    model = models.CharField(max_length=200)

    class Meta:
        db_table = "answer_vectors"
        verbose_name = _("vector of an answer")
        verbose_name_plural = _("vectors of answers")
        constraints = [RowSecurity(name="answer_vectors_rows", select=REVIEWERS, insert=WORKERS, update=WORKERS, delete=ADMINS)]

    def __str__(self) -> str:
        return str(self.pk)
