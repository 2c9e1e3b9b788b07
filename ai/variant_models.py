"""Prompts that are tried against each other: each variant of a feature names the prompt file that it uses, and its weight."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Uuid7
from accounts.policies import ADMINS, ANYBODY, RowSecurity


class PromptVariant(models.Model):
    """One variant. Holds nothing of anybody's; kept for as long as answers name it."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    name = models.CharField(_("name"), max_length=100)
    feature = models.CharField(_("feature"), max_length=50)  # coach or mentor
    version = models.CharField(_("prompt file"), max_length=100)  # as in ai/prompts, without the ending
    weight = models.IntegerField(_("weight"), default=1, db_default=1)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "ai_prompt_variants"
        verbose_name = _("prompt variant")
        verbose_name_plural = _("prompt variants")
        constraints = [
            models.UniqueConstraint(fields=["feature", "name"], name="ai_prompt_variants_name"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="ai_prompt_variants_weight"),
            RowSecurity(name="ai_prompt_variants_rows", select=ANYBODY, insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]

    def __str__(self) -> str:
        return f"{self.feature} {self.name}"
