"""What can be examined: subjects, their syllabus, questions in versions, and how each is marked.

A version never changes: editing a question makes a new one, so that what was answered is what is marked. What a learner may
read only after handing in (model answers, keys, mark schemes) lies in tables of its own, closed by policy until then.
"""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.indexes import Index
from accounts.models import Uuid7
from accounts.policies import ADMINS, ANYBODY, IN_MY_COURSES, RowSecurity
from courses.models import Chapter, Course
from planning.functions import COURSE_KEPT, SCHEME_KEPT

MOST_MARKS = 100  # of one question
CODE_SHAPE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
CODE = RegexValidator(CODE_SHAPE, _("Letters, digits, dots, hyphens and underscores, please."))
IN_VISIBLE_SUBJECTS = "subject_id = ANY ((SELECT visible_subjects())::uuid[])"
IN_SUBJECTS_I_RUN = "subject_id = ANY ((SELECT run_subjects())::uuid[])"
HANDED_IN = f"{IN_SUBJECTS_I_RUN} OR version_id = ANY ((SELECT answered_versions())::uuid[])"


class Objective(models.TextChoices):
    """What a mark is given for."""

    AO1 = "AO1", _("Knowledge")
    AO2 = "AO2", _("Application")
    AO3 = "AO3", _("Evaluation")


def written_by_admins(name: str, select: str) -> RowSecurity:
    return RowSecurity(name=name, select=select, insert=ADMINS, update=ADMINS, delete=ADMINS)


class SubjectQuerySet(models.QuerySet["Subject"]):
    def open(self) -> "SubjectQuerySet":
        """What can be practised now."""
        return self.filter(Q(course=None) | Q(course__closed_at=None), active=True)


class Subject(models.Model):
    """What one is examined in. With a course, its learners practise and its trainers review; without, everybody and admins."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    code = models.CharField(_("code"), max_length=50, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="", db_default="")
    course = models.ForeignKey(
        Course, models.CASCADE, null=True, blank=True, related_name="subjects", db_index=False, verbose_name=_("course")
    )
    active = models.BooleanField(_("can be practised"), default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        db_table = "subjects"
        ordering = ["title"]
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        constraints = [written_by_admins("subjects_rows", f"({IN_MY_COURSES}) OR (course_id IS NULL AND {ANYBODY}) OR {ADMINS}")]
        # The policy, and the subjects of a course.
        indexes = [Index(fields=["course"], name="idx_subjects_course")]
        triggers = [
            pgtrigger.Trigger(name="subjects_course_kept", operation=pgtrigger.Update, when=pgtrigger.Before, func=COURSE_KEPT)
        ]

    def __str__(self) -> str:
        return self.title


class SyllabusPoint(models.Model):
    """One thing to know, with its place in the tree; a chapter of the course may teach it."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="points", db_index=False, verbose_name=_("subject"))
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    code = models.CharField(_("code"), max_length=50, validators=[CODE])
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True, default="", db_default="")
    chapter = models.ForeignKey(
        Chapter, models.SET_NULL, null=True, blank=True, related_name="syllabus_points", verbose_name=_("taught in")
    )
    position = models.IntegerField(_("position"), default=0, db_default=0)

    class Meta:
        db_table = "syllabus_points"
        ordering = ["position", "code"]
        verbose_name = _("syllabus point")
        verbose_name_plural = _("syllabus points")
        constraints = [
            models.UniqueConstraint(fields=["subject", "code"], name="syllabus_points_code"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="syllabus_points_not_own_parent"),
            written_by_admins("syllabus_points_rows", IN_VISIBLE_SUBJECTS),
        ]
        # A subject's syllabus in its order.
        indexes = [Index(fields=["subject", "position"], name="idx_syllabus_points_subject")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Question(models.Model):
    """A question by its lasting name; `current` is the version that new attempts get."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="questions", db_index=False, verbose_name=_("subject"))
    code = models.CharField(_("code"), max_length=100)  # lasting, so that an import finds it again
    current = models.ForeignKey(
        "planning.QuestionVersion", models.SET_NULL, null=True, related_name="+", editable=False, verbose_name=_("version")
    )
    points = models.ManyToManyField(SyllabusPoint, through="planning.QuestionPoint", related_name="questions")
    active = models.BooleanField(_("can be practised"), default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "questions"
        ordering = ["code"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["subject", "code"], name="questions_code"),
            written_by_admins("questions_rows", IN_VISIBLE_SUBJECTS),
        ]
        # What can be practised in a subject.
        indexes = [Index(fields=["subject", "active"], name="idx_questions_subject")]

    def __str__(self) -> str:
        return self.code


class QuestionPoint(models.Model):
    """That a question asks about a syllabus point."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, models.CASCADE, related_name="question_points", db_index=False)
    point = models.ForeignKey(SyllabusPoint, models.CASCADE, related_name="question_points", verbose_name=_("syllabus point"))

    class Meta:
        db_table = "question_syllabus_points"
        verbose_name = _("syllabus point of a question")
        verbose_name_plural = _("syllabus points of a question")
        constraints = [
            models.UniqueConstraint(fields=["question", "point"], name="question_syllabus_points_once"),
            written_by_admins("question_syllabus_points_rows", IN_VISIBLE_SUBJECTS),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.point_id}"


class QuestionVersion(models.Model):
    """A question as it is put to learners. It never changes. Personal data: the id of the admin who wrote it.

    `choices` is what is offered, without what is right: for multiple choice and true or false `[{"id", "text"}]`, for matching
    `{"left": [{"id", "text"}], "right": [...]}`, else `[]`. Texts of questions and choices are in `text_format`.
    """

    class Kind(models.TextChoices):
        WRITTEN = "written", _("Written")
        MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
        TRUE_FALSE = "true_false", _("True or false")
        SHORT = "short", _("Short answer")
        NUMERIC = "numeric", _("Number")
        MATCHING = "matching", _("Matching")

    class Format(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown")
        PLAIN = "plain", _("Plain text")

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="versions", db_index=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    number = models.IntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.WRITTEN)
    title = models.CharField(_("title"), max_length=300, blank=True, default="", db_default="")
    text = models.TextField(_("question"))
    text_format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.MARKDOWN, db_default="markdown")
    maximum_marks = models.IntegerField(
        _("maximum marks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_MARKS)]
    )
    choices = models.JSONField(_("choices"), default=list, blank=True)
    several = models.BooleanField(_("several choices can be right"), default=False, db_default=False)
    content_hash = models.CharField(max_length=64, editable=False, default="", db_default="")  # with key and scheme
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "question_versions"
        ordering = ["number"]
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="question_versions_number"),
            models.CheckConstraint(
                condition=Q(maximum_marks__gte=1, maximum_marks__lte=MOST_MARKS), name="question_versions_marks_valid"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["written", "multiple_choice", "true_false", "short", "numeric", "matching"]),
                name="question_versions_kind_valid",
            ),
            models.CheckConstraint(condition=Q(text_format__in=["markdown", "plain"]), name="question_versions_format_valid"),
            written_by_admins("question_versions_rows", IN_VISIBLE_SUBJECTS),
        ]
        triggers = [
            # Who wrote it may leave; everything else stays.
            pgtrigger.Protect(
                name="question_versions_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["created_by"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:80]

    @property
    def is_written(self) -> bool:
        """Whether it needs a marker who reads, rather than a key."""
        return self.kind == self.Kind.WRITTEN


class AnswerKey(models.Model):
    """What a learner may read of a version once they have handed it in: the model answer, and what is right.

    `key` by kind: choices `{"weights": {id: percent}, "feedback": {id: text}}` (percent of the maximum, may be below zero);
    short `{"accepted": [{"text", "weight", "feedback"}]}` (`*` in the text stands for anything); numeric
    `{"ranges": [{"low", "high", "weight", "feedback"}]}` with numbers as decimal text; matching `{"pairs": {left id: right id}}`.
    """

    version = models.OneToOneField(QuestionVersion, models.CASCADE, primary_key=True, related_name="answer_key")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    model_answer = models.TextField(_("model answer"), blank=True, default="", db_default="")
    key = models.JSONField(_("key"), default=dict, blank=True)
    feedback = models.TextField(_("shown to everybody afterwards"), blank=True, default="", db_default="")

    class Meta:
        db_table = "question_answer_keys"
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [written_by_admins("question_answer_keys_rows", HANDED_IN)]
        triggers = [
            pgtrigger.Protect(name="question_answer_keys_kept", operation=pgtrigger.Update, condition=pgtrigger.AnyChange()),
        ]

    def __str__(self) -> str:
        return self.model_answer[:80]


class SchemePoint(models.Model):
    """What earns marks in an answer to a version, and for which objective. `alternatives` are other ways of saying it."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="scheme_points", db_index=False)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    position = models.IntegerField(_("position"), default=0)
    objective = models.CharField(_("objective"), max_length=3, choices=Objective, default=Objective.AO1)
    marks = models.IntegerField(_("marks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_MARKS)])
    text = models.TextField(_("what earns them"))
    alternatives = models.JSONField(_("or, in other words"), default=list, blank=True)

    class Meta:
        db_table = "mark_scheme_points"
        ordering = ["position"]
        verbose_name = _("mark scheme point")
        verbose_name_plural = _("mark scheme points")
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="mark_scheme_points_position"),
            models.CheckConstraint(condition=Q(objective__in=["AO1", "AO2", "AO3"]), name="mark_scheme_points_objective_valid"),
            models.CheckConstraint(condition=Q(marks__gte=1), name="mark_scheme_points_marks_valid"),
            written_by_admins("mark_scheme_points_rows", HANDED_IN),
        ]
        triggers = [
            pgtrigger.Protect(name="mark_scheme_points_kept", operation=pgtrigger.Update, condition=pgtrigger.AnyChange()),
            pgtrigger.Trigger(
                name="mark_scheme_points_fixed",
                operation=pgtrigger.Insert | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=SCHEME_KEPT,
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
