"""Prompts that are tried against each other: each variant of a feature names the prompt file that it uses, and its weight."""

from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, ANYBODY, RowSecurity

MOST_WEIGHT = 1000
STOPPED = models.Q(is_active=False, is_control=False, stopped_at__isnull=False) & ~models.Q(stopped_by="")
RUNNING = models.Q(is_active=True, stopped_at=None, stopped_by="")


class PromptVariant(models.Model):
    """One variant. Holds nothing of anybody's; kept for as long as answers name it, and its file stays what it was."""

    class Feature(models.TextChoices):
        COACH = "coach", _("Coach")
        MENTOR = "mentor", _("Mentor")

    class Stopped(models.TextChoices):
        """Why it is not tried any more."""

        PERSON = "person", _("An admin stopped it")
        PROMOTION = "promotion", _("Another one was promoted")
        ESCALATED = "escalated", _("It stopped by itself: more answers went to a trainer")
        HELPFUL = "helpful", _("It stopped by itself: fewer answers helped")
        FAILED = "failed", _("It stopped by itself: more answers failed")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    name = models.CharField(_("name"), max_length=100)
    feature = models.CharField(_("feature"), max_length=50, choices=Feature)
    version = models.CharField(_("prompt file"), max_length=100)  # as in ai/prompts, without the ending
    weight = models.IntegerField(
        _("weight"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_WEIGHT)],
        help_text=_("Its share of the learners, beside the weights of the others. 0 gives it none."),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    is_control = models.BooleanField(default=False, db_default=False)  # what the others are compared with
    started_at = models.DateTimeField(db_default=Now(), editable=False)  # it is judged by what came after
    stopped_at = models.DateTimeField(null=True, editable=False)
    stopped_by = models.CharField(max_length=20, choices=Stopped, blank=True, default="", db_default="")
    mail_due_at = models.DateTimeField(null=True, editable=False)  # admins are to be told that it stopped by itself
    mail_tries = models.IntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_prompt_variants"
        verbose_name = _("prompt variant")
        verbose_name_plural = _("prompt variants")
        constraints = [
            models.UniqueConstraint(
                fields=["feature", "name"],
                name="ai_prompt_variants_name",
                violation_error_message=_("There is a variant of this name already."),
            ),
            models.UniqueConstraint(
                fields=["feature"], name="ai_prompt_variants_one_control", condition=models.Q(is_control=True)
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=MOST_WEIGHT), name="ai_prompt_variants_weight"),
            models.CheckConstraint(condition=models.Q(feature__in=["coach", "mentor"]), name="ai_prompt_variants_feature"),
            models.CheckConstraint(
                condition=models.Q(stopped_by__in=["", "person", "promotion", "escalated", "helpful", "failed"]),
                name="ai_prompt_variants_stopped_valid",
            ),
            models.CheckConstraint(condition=RUNNING | STOPPED, name="ai_prompt_variants_state"),
            RowSecurity(name="ai_prompt_variants_rows", select=ANYBODY, insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]
        indexes = [
            # Whom the worker has to write to.
            Index(fields=["mail_due_at"], name="idx_ai_prompt_variants_mail", condition=models.Q(mail_due_at__isnull=False)),
        ]
        triggers = [
            # Answers say which variant made them; what that means must not change afterwards.
            pgtrigger.ReadOnly(name="ai_prompt_variants_fixed", fields=["feature", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.feature} {self.name}"

    @property
    def state(self) -> dict[str, Any]:
        """What deeds change of it, for the record."""
        started, stopped = self.started_at, self.stopped_at
        return {
            "weight": self.weight,
            "is_active": self.is_active,
            "is_control": self.is_control,
            "stopped_by": self.stopped_by,
            "started_at": started.isoformat(),
            "stopped_at": stopped.isoformat() if stopped else None,
        }


class VariantEvent(models.Model):
    """Who did what to the variants of a feature, with their states before and after. Nobody changes or deletes it."""

    class Action(models.TextChoices):
        ADDED = "added", _("Added")
        WEIGHED = "weighed", _("Weight changed")
        STOPPED = "stopped", _("Stopped")
        STARTED = "started", _("Started again")
        PROMOTED = "promoted", _("Promoted")
        UNDONE = "undone", _("Promotion undone")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    actor_id = models.UUIDField(null=True)  # null: it happened by itself; no key, because the record outlives the account
    action = models.CharField(_("deed"), max_length=20, choices=Action)
    variant = models.ForeignKey(PromptVariant, models.PROTECT, related_name="events", verbose_name=_("variant"))
    before = models.JSONField(default=dict)  # {id of a variant: its state}, of those that changed
    after = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)  # what a stop by itself rests on
    created_at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_prompt_variant_log"
        verbose_name = _("record of variants")
        verbose_name_plural = _("record of variants")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=["added", "weighed", "stopped", "started", "promoted", "undone"]),
                name="ai_prompt_variant_log_action",
            ),
            RowSecurity(name="ai_prompt_variant_log_rows", select=ADMINS, insert=ADMINS),
        ]
        triggers = [
            pgtrigger.Protect(name="ai_prompt_variant_log_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.variant_id}"
