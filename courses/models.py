"""Courses, what is in them, and who learns and trains there."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Uuid7
from accounts.policies import (
    ADMINS,
    IN_COURSES_I_RUN,
    IN_MY_COURSES,
    WORKERS,
    RowSecurity,
    own,
    own_or_trained,
)
from courses.address_models import FormerAddress
from courses.concept_functions import READ, TRIED
from courses.concept_models import ConceptEvidence, ConceptMinute, LearningConcept
from courses.scope_models import TrainerScope

__all__ = [
    "Chapter", "ConceptEvidence", "ConceptMinute", "Course", "CourseAsset", "CourseTrainer", "Enrolment", "FormerAddress", "Lab",
    "LabAttempt", "LearningConcept", "ModuleTopic", "PlaceProgress", "TrainerScope",
]  # fmt: skip

COURSE_CONTENT = {
    "select": IN_MY_COURSES,
    "insert": IN_COURSES_I_RUN,
    "update": IN_COURSES_I_RUN,
    "delete": IN_COURSES_I_RUN,
}


class CourseQuerySet(models.QuerySet["Course"]):
    def run_by(self, person: Any) -> "CourseQuerySet":
        """The courses that this person trains; all of them for an admin."""
        return self if person.role == "admin" else self.filter(course_trainers__trainer=person)

    def with_place_counts(self) -> "CourseQuerySet":
        return self.annotate(
            chapter_count=models.Count("chapters", filter=models.Q(chapters__removed_at=None), distinct=True),
            lab_count=models.Count("labs", filter=models.Q(labs__removed_at=None), distinct=True),
        )


class Course(models.Model):
    """A course. `index_generation` points at the generation of the content index that readers use."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")
    language = models.CharField(_("language of the text"), max_length=20, default="english")
    escalation_threshold = models.DecimalField(
        _("ask the trainer below this confidence"),
        max_digits=4,
        decimal_places=3,
        default="0.350",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    wanted_error = models.DecimalField(
        _("wrong answers let through, at most"),
        max_digits=4,
        decimal_places=3,
        default="0.050",
        db_default="0.050",
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(Decimal("0.5"))],
        help_text=_("A share: 0.05 is one in twenty. Once there are enough verdicts, the confidence above follows from it."),
    )
    content_version = models.IntegerField(default=0, editable=False)
    index_generation = models.IntegerField(default=0, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        db_table = "courses"
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(escalation_threshold__gte=0, escalation_threshold__lte=1),
                name="courses_threshold_valid",
            ),
            models.CheckConstraint(
                condition=models.Q(wanted_error__gt=0, wanted_error__lte=Decimal("0.5")), name="courses_wanted_error_valid"
            ),
            RowSecurity(
                name="courses_rows",
                select=f"id = ANY ((SELECT visible_courses())::uuid[]) OR {ADMINS}",  # a new row is in no list yet
                insert=ADMINS,
                update="id = ANY ((SELECT run_courses())::uuid[])",
                delete=ADMINS,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.slug])


class PlaceQuerySet(models.QuerySet):
    def current(self) -> "PlaceQuerySet":
        return self.filter(removed_at=None)


class Place(models.Model):
    """What a chapter and a lab share: a page of the course with a stable id, its text and its rendered form."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    title = models.CharField(_("title"), max_length=300)
    day = models.IntegerField(_("day"), default=1, validators=[MinValueValidator(0)])
    section = models.CharField(_("section"), max_length=200, blank=True, default="")
    position = models.IntegerField(_("position in the course"), default=0)
    body = models.TextField(_("text (Markdown)"), blank=True, default="")
    html = models.TextField(editable=False, default="")
    outline = models.JSONField(editable=False, default=list)
    content_hash = models.CharField(max_length=64, editable=False, default="")
    version = models.IntegerField(default=1, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Chapter(Place):
    """A chapter. `chapter_id` is stable over imports, so that citations and links keep pointing at it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="chapters")
    chapter_id = models.CharField(max_length=200)

    class Meta:
        db_table = "chapters"
        ordering = ["day", "position"]
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        constraints = [
            models.UniqueConstraint(fields=["course", "chapter_id"], name="chapters_course_chapter_id"),
            RowSecurity(name="chapters_rows", **COURSE_CONTENT),
        ]
        # The outline of a course, on each of its pages.
        indexes = [models.Index(fields=["course", "day", "position"], name="idx_chapters_outline")]

    @property
    def place_id(self) -> str:
        return self.chapter_id

    def get_absolute_url(self) -> str:
        return reverse("place", args=[self.course.slug, self.chapter_id])


class Lab(Place):
    """An exercise, with the chapter it belongs to when there is one."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="labs")
    lab_id = models.CharField(max_length=200)
    chapter = models.ForeignKey(Chapter, models.SET_NULL, null=True, blank=True, related_name="labs")

    class Meta:
        db_table = "labs"
        ordering = ["day", "position"]
        verbose_name = _("lab")
        verbose_name_plural = _("labs")
        constraints = [
            models.UniqueConstraint(fields=["course", "lab_id"], name="labs_course_lab_id"),
            RowSecurity(name="labs_rows", **COURSE_CONTENT),
        ]
        # The outline of a course, on each of its pages.
        indexes = [models.Index(fields=["course", "day", "position"], name="idx_labs_outline")]

    @property
    def place_id(self) -> str:
        return self.lab_id

    def get_absolute_url(self) -> str:
        return reverse("place", args=[self.course.slug, self.lab_id])


class CourseAsset(models.Model):
    """An image or a file that came with a course, served only to those who may read it."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="assets")
    path = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "course_assets"
        constraints = [
            models.UniqueConstraint(fields=["course", "path"], name="course_assets_path"),
            RowSecurity(name="course_assets_rows", **COURSE_CONTENT),
        ]

    def __str__(self) -> str:
        return self.path


class ModuleTopic(models.Model):
    """A topic of a course that conversations and plans can be about."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="topics")
    chapter = models.ForeignKey(Chapter, models.SET_NULL, null=True, blank=True, related_name="topics")
    name = models.CharField(_("name"), max_length=200)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "module_topics"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], name="module_topics_name"),
            RowSecurity(name="module_topics_rows", **COURSE_CONTENT),
        ]

    def __str__(self) -> str:
        return self.name


class CourseTrainer(models.Model):
    """Who trains a course. Personal data: the trainer's id; gone with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="course_trainers")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="courses_trained")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "course_trainers"
        constraints = [
            models.UniqueConstraint(fields=["course", "trainer"], name="course_trainers_once"),
            RowSecurity(name="course_trainers_rows", select=IN_MY_COURSES, insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]

    def __str__(self) -> str:
        return f"{self.trainer_id} {self.course_id}"


class Enrolment(models.Model):
    """A learner in a course, with the trainer assigned to them. Personal data: both ids; gone with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, models.CASCADE, related_name="enrolments")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="assigned_enrolments"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "enrolments"
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(fields=["learner", "course"], name="enrolments_once"),
            RowSecurity(name="enrolments_rows", select=own_or_trained(), insert=ADMINS, update=ADMINS, delete=ADMINS),
        ]
        # The trainer's learners: trained_learners(), trained_pairs() and the desk.
        indexes = [models.Index(fields=["trainer", "course"], name="idx_enrolments_trainer")]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.course_id}"


class PlaceProgress(models.Model):
    """How far a learner is with one chapter or lab. Personal data: what somebody read and when; gone with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="progress")
    course = models.ForeignKey(Course, models.CASCADE, related_name="progress")
    place_id = models.CharField(max_length=200)
    opened_at = models.DateTimeField(db_default=Now())
    last_opened_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "place_progress"
        constraints = [
            models.UniqueConstraint(fields=["learner", "course", "place_id"], name="place_progress_once"),
            RowSecurity(
                name="place_progress_rows",
                select=own_or_trained(),
                insert=f"({own()}) AND {IN_MY_COURSES}",
                update=own(),
                delete=own(),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="place_progress_read",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("done_at"),
                when=pgtrigger.After,
                func=READ,
            ),
        ]

    def __str__(self) -> str:
        return self.place_id


class LabAttempt(models.Model):
    """One try at a lab. Personal data: how somebody fared; gone with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lab_attempts")
    course = models.ForeignKey(Course, models.CASCADE, related_name="lab_attempts")
    lab_id = models.CharField(max_length=200)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    score = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    passed = models.BooleanField(null=True)
    details = models.JSONField(default=dict)
    step = models.CharField(max_length=200, default="", db_default="")  # where it ended, as far as is known
    source = models.CharField(max_length=10, default="api", db_default="api")  # page, api or xapi
    client_key = models.UUIDField(null=True)  # made by whoever sent it: sending twice notes once
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "lab_attempts"
        constraints = [
            models.UniqueConstraint(fields=["learner", "client_key"], name="lab_attempts_key_once"),
            models.CheckConstraint(condition=models.Q(source__in=["page", "api", "xapi"]), name="lab_attempts_source_valid"),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__gte=0, score__lte=1), name="lab_attempts_score"
            ),
            RowSecurity(
                name="lab_attempts_rows",
                select=own_or_trained(),
                insert=f"({own()}) AND {IN_MY_COURSES}",
                update=own(),
                delete=WORKERS,
            ),
        ]
        # A learner's tries at one lab, newest first: the lab page and struggle detection.
        indexes = [models.Index(fields=["learner", "course", "lab_id", "-started_at"], name="idx_lab_attempts_learner")]
        triggers = [
            pgtrigger.Trigger(
                name="lab_attempts_tried",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("score", "passed", "finished_at"),
                when=pgtrigger.After,
                func=TRIED,
            ),
        ]

    def __str__(self) -> str:
        return self.lab_id
