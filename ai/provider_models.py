"""The connected models as rows: what each is, how it does, and what it has cost so far."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, RowSecurity

DOLLARS: dict[str, Any] = {"max_digits": 16, "decimal_places": 8}

# The rows are locked in one order, so that two transactions that log tries at the same providers never wait for each other.
ADD_UP = """
    PERFORM id FROM ai_providers WHERE name IN (SELECT provider FROM tries) ORDER BY id FOR NO KEY UPDATE;
    UPDATE ai_providers p
       SET total_requests = p.total_requests + t.requests, total_cost = p.total_cost + t.cost,
           unpriced_requests = p.unpriced_requests + t.unpriced
      FROM (SELECT provider, count(*) AS requests, coalesce(sum(cost), 0) AS cost,
                   count(*) FILTER (WHERE cost IS NULL) AS unpriced
              FROM tries GROUP BY provider) t
     WHERE p.name = t.provider;
    RETURN NULL;
"""


def add_up_tries() -> pgtrigger.Trigger:
    """The trigger of the request log that keeps the providers' totals true, whoever writes the log."""
    return pgtrigger.Trigger(
        name="ai_request_logs_add_up",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="tries"),
        func=ADD_UP,
    )


class AIProviderQuerySet(models.QuerySet["AIProvider"]):
    def in_order(self) -> "AIProviderQuerySet":
        """As they are asked: by priority, and the one that needs no model last."""
        is_last = models.Case(models.When(type=AIProvider.Type.EXTRACTIVE, then=1), default=0)
        return self.alias(is_last=is_last).order_by("is_last", "priority", "name")


class AIProvider(models.Model):
    """One model at one vendor. Holds no key: `config["key"]` names the environment variable that does."""

    class Type(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        CLAUDE = "claude", "Claude (Anthropic)"
        GEMINI = "gemini", "Gemini (Google)"
        MISTRAL = "mistral", "Mistral"
        OLLAMA = "ollama", _("Ollama, on a machine of your own")
        COMPATIBLE = "compatible", _("Another server that speaks the OpenAI protocol")
        EXTRACTIVE = "extractive", _("Without a model: sentences of the course")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("Not looked at yet")
        HEALTHY = "healthy", _("Answers")
        FAILING = "failing", _("Fails")
        NOT_CONNECTED = "not_connected", _("Not connected")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    type = models.CharField(_("type"), max_length=20, choices=Type)
    enabled = models.BooleanField(_("enabled"), default=True, db_default=True)
    priority = models.IntegerField(_("place in the line"), default=1, db_default=1)
    config = models.JSONField(default=dict, blank=True)
    health_status = models.CharField(_("health"), max_length=20, choices=Health, default=Health.UNKNOWN, db_default="unknown")
    health_detail = models.CharField(max_length=50, blank=True, default="", db_default="")  # the kind of the last failure
    health_ms = models.IntegerField(null=True, editable=False)  # what the last look took
    last_health_check = models.DateTimeField(_("last looked at"), null=True, editable=False)
    check_due_at = models.DateTimeField(db_default=Now(), editable=False)  # claimed by moving it on
    total_requests = models.BigIntegerField(_("requests"), default=0, db_default=0, editable=False)
    unpriced_requests = models.BigIntegerField(default=0, db_default=0, editable=False)  # of them, of unknown price
    total_cost = models.DecimalField(_("cost"), **DOLLARS, default=0, db_default=0, editable=False)  # US dollars, where known
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AIProviderQuerySet.as_manager()

    class Meta:
        db_table = "ai_providers"
        verbose_name = _("model provider")
        verbose_name_plural = _("model providers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=["openai", "claude", "gemini", "mistral", "ollama", "compatible", "extractive"]),
                name="ai_providers_type_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(health_status__in=["unknown", "healthy", "failing", "not_connected"]),
                name="ai_providers_health_valid",
            ),
            models.CheckConstraint(condition=~models.Q(type="extractive", enabled=False), name="ai_providers_last_resort_on"),
            RowSecurity(name="ai_providers_rows", select=ADMINS, insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]
        indexes = [
            Index(fields=["type"], name="idx_ai_providers_type"),
            Index(fields=["enabled"], name="idx_ai_providers_enabled"),
            Index(fields=["priority"], name="idx_ai_providers_priority"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_last_resort(self) -> bool:
        return self.type == self.Type.EXTRACTIVE
