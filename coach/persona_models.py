"""What a trainer lets the coach be: its name, picture, tone and greeting, and what it may say of the trainer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import RowSecurity, own
from courses.models import Course

NAME_LIMIT, GREETING_LIMIT, INFO_LIMIT = 80, 300, 4000  # characters
ADDRESS_LIMIT = 300


class Personalization(models.Model):
    """A trainer's coach, in one course or in all. Personal data: name, picture and career of a trainer, who decides who sees it;
    erased with the account. Learners read it through `coach_persona()`, never from the table.
    """

    class ShareLevel(models.TextChoices):
        NAME_ONLY = "name_only", _("Only the name")
        NAME_EXPERTISE = "name_expertise", _("Name, picture and fields of work")
        FULL = "full", _("Everything below")

    class Tone(models.TextChoices):
        PLAIN = "plain", _("Plain")
        WARM = "warm", _("Warm")
        BRIEF = "brief", _("Brief")
        CURIOUS = "curious", _("Curious: asks back")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    coach_name = models.CharField(_("name of the coach"), max_length=NAME_LIMIT, blank=True, default="", db_default="")
    linkedin_profile_url = models.TextField(_("LinkedIn address"), null=True, blank=True)
    # {"headline", "about", "expertise": [...], "experience": [...], "education": [...], "languages": [...]}
    trainer_info = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    personalization_enabled = models.BooleanField(_("switched on"), default=True, db_default=True)
    share_level = models.CharField(
        _("learners may see"), max_length=20, choices=ShareLevel, default=ShareLevel.NAME_ONLY, db_default="name_only"
    )
    tone = models.CharField(_("tone"), max_length=10, choices=Tone, default=Tone.PLAIN, db_default="plain")
    greeting = models.CharField(_("greeting"), max_length=GREETING_LIMIT, blank=True, default="", db_default="")
    picture = models.BinaryField(null=True, editable=False)  # WebP, re-encoded
    picture_hash = models.CharField(max_length=64, default="", db_default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "ai_coach_trainer_personalization"
        verbose_name = _("trainer's coach")
        verbose_name_plural = _("trainers' coaches")
        constraints = [
            models.UniqueConstraint(fields=["trainer", "course"], name="ai_coach_personalization_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(share_level__in=["name_only", "name_expertise", "full"]),
                name="ai_coach_personalization_share_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(tone__in=["plain", "warm", "brief", "curious"]), name="ai_coach_personalization_tone_valid"
            ),
            RowSecurity(
                name="ai_coach_trainer_personalization_rows",
                select=own("trainer_id"),
                insert=f"({own('trainer_id')}) AND (course_id IS NULL OR course_id = ANY ((SELECT run_courses())::uuid[]))",
                update=own("trainer_id"),
                delete=own("trainer_id"),
            ),
        ]
        indexes = [
            Index(fields=["trainer"], name="idx_ai_coach_personalization_trainer"),
            Index(fields=["course"], name="idx_ai_coach_personalization_course"),
        ]

    def __str__(self) -> str:
        return self.coach_name or str(self.trainer)
