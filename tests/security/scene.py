"""One row of Ada's in every table, and raw connections of the app role on which each member of the cast can act."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import PersonalToken, Session, User
from ai.models import AIProvider, AIRequestLog, Budget, BudgetDay, Conversation, Handover, Message, PromptVariant, VariantEvent
from coach.confidence_models import ConfidenceMap
from coach.models import (
    CoachingSession,
    ConversationHistory,
    Escalation,
    EscalationLink,
    EscalationMeaning,
    Feedback,
    LabOffer,
    LabStruggle,
    LabWork,
    Personalization,
    PointExplanation,
    Presence,
    Query,
    Response,
    StruggleWeights,
    XapiStatement,
)
from courses.models import (
    Chapter,
    ConceptEvidence,
    ConceptMinute,
    Course,
    CourseAsset,
    CourseTrainer,
    Enrolment,
    FormerAddress,
    Lab,
    LabAttempt,
    LearningConcept,
    ModuleTopic,
    PlaceProgress,
    TrainerScope,
)
from learning.lexical_models import LexicalImpact, LexicalIndex
from learning.models import (
    AuditEntry,
    ContentChunk,
    ContentUpdate,
    ConversationFeedback,
    ConversationMemory,
    CorrectionEffect,
    CourseFigures,
    DailyLearningMetrics,
    InsightNote,
    Knowledge,
    LearningItem,
    MetricChange,
    OwnerCorrection,
    PlaceFigures,
    QualityQuestion,
    QualityResult,
    QualityRun,
    QualitySet,
    ResponseAnalytics,
    ResponsePerformanceMetrics,
    VariantFigures,
    VoiceTranscript,
)
from mentor.models import Chat, Memory
from planning.models import (
    AnswerKey,
    AnswerVector,
    Attempt,
    AttemptedQuestion,
    LearningPlan,
    LearningPlanStep,
    MarkClaim,
    MarkDispute,
    MarkRuling,
    Question,
    QuestionPoint,
    QuestionVersion,
    SchemePoint,
    Subject,
    SyllabusPoint,
)
from tests.conftest import make_course, make_person, owner_connection
from tests.security.plan_rows import plan_rows

CONTEXT = "SELECT set_config('app.user_id', %s, true), set_config('app.role', %s, true), set_config('app.session_key', '', true)"


@dataclass(frozen=True)
class Scene:
    """The id of Ada's row (or of the course's) in each table, and who acts under which letter."""

    rows: dict[str, Any]
    cast: dict[str, tuple[str, str]]


def app_connection() -> psycopg.Connection[Any]:
    """A connection of the serving role beside Django's."""
    place = connections["default"].settings_dict
    return psycopg.connect(
        host=place["HOST"],
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=place["NAME"],
        autocommit=True,
    )


@contextmanager
def acting(connection: psycopg.Connection[Any], user_id: str, role: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of that person, always rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute(CONTEXT, [user_id, role])
        yield connection


def make_scene(ada: User, ben: User, tess: User, rex: User, course: Course) -> Scene:
    theo = make_person("Theo", "trainer")
    elsewhere = make_course("elsewhere", "Another course")
    with acting_as(SYSTEM):
        CourseTrainer.objects.create(course=elsewhere, trainer=theo)
        rows = (
            _course_rows(ada, tess, course)
            | _coach_rows(ada, course)
            | _lab_rows(ada, tess, course)
            | _account_rows(ada)
            | _learning_rows(ada, tess, course)
        )
        rows |= _exam_rows(ada, course)
        rows |= plan_rows(ada, course)
        rows |= _mark_rows(ada, tess, course)
    rows |= _django_rows(ada)
    cast = {"u": (ada, "auth"), "a": (ada, "learner"), "b": (ben, "learner"), "t": (tess, "trainer"), "o": (theo, "trainer")}
    named = {letter: (str(person.pk), role) for letter, (person, role) in cast.items()}
    return Scene(rows, {"n": ("", ""), **named, "r": (str(rex.pk), "admin"), "s": ("", "system")})


def _course_rows(ada: User, tess: User, course: Course) -> dict[str, Any]:
    made: list[Any] = [
        Chapter.objects.create(course=course, chapter_id="one", title="One"),
        Lab.objects.create(course=course, lab_id="lab", title="Lab"),
        CourseAsset.objects.create(course=course, path="a.png", content_type="image/png", content=b"x", content_hash="x"),
        FormerAddress.objects.create(slug="before", course=course),
        ModuleTopic.objects.create(course=course, name="Topic"),
        PlaceProgress.objects.create(learner=ada, course=course, place_id="one"),
        LabAttempt.objects.create(learner=ada, course=course, lab_id="lab"),
        ContentChunk.objects.create(
            course=course, chapter_id="one", chapter_title="One", content="x", content_type="chapter",
            token_count=1, content_hash="x", generation=1, position=0, embedding=[0.1, 0.2], embedding_model="m",
        ),
        ContentUpdate.objects.create(course=course, update_type="full", triggered_by="admin"),
        LexicalIndex.objects.create(course=course, generation=1, language="english", chunk_count=1),
        course,
        CourseTrainer.objects.get(course=course, trainer=tess),
        Enrolment.objects.get(course=course, learner=ada),
        *_concept_rows(ada, course),
    ]  # fmt: skip
    LexicalImpact.objects.create(course=course, generation=1, term="x", idf=1, chunk_ids=[], impacts=[])
    return _ids(made) | {LexicalImpact._meta.db_table: "x", TrainerScope._meta.db_table: tess.pk}


def _concept_rows(ada: User, course: Course) -> list[Any]:
    concept = LearningConcept.objects.create(user=ada, course=course, name="Images", category="c", difficulty="beginner")
    hers: dict[str, Any] = {"user": ada, "course": course, "concept": concept}
    plan = LearningPlan.objects.create(user=ada, course=course, name="Plan", concepts=[], concept_key="k")
    return [
        concept,
        ConceptEvidence.objects.create(**hers, kind="question", source="q"),
        ConceptMinute.objects.create(user=ada, concept=concept, minute=timezone.now()),
        plan,
        LearningPlanStep.objects.create(
            **hers, plan=plan, kind="study", source="s", title="Study", day=timezone.now().date(), position=0, minutes=10
        ),
    ]


def _coach_rows(ada: User, course: Course) -> dict[str, Any]:
    owner: dict[str, Any] = {"learner": ada, "course": course}
    conversation = Conversation.objects.create(user=ada, course=course)
    query = Query.objects.create(**owner, conversation=conversation, question="Why?", client_key=uuid.uuid4())
    response = Response.objects.create(**owner, query=query, answer="So.")
    escalation = Escalation.objects.create(**owner, query=query, original_question="Why?", reason="asked")
    variant = PromptVariant.objects.create(name="a", feature="mentor", version="mentor/v1")
    made: list[Any] = [
        conversation,
        Message.objects.create(conversation=conversation, user=ada, role="user", content="Why?"),
        AIProvider.objects.create(name="A vendor", type="ollama", config={"model": "m"}),
        Budget.objects.create(scope="everybody", usd_per_day=1),
        BudgetDay.objects.create(scope="learner", user=ada, day=timezone.now().date()),
        Handover.objects.create(source_id=uuid.uuid4(), user=ada, course=course, question="Why?"),
        Memory.objects.create(user=ada, conversation=conversation, content="Why?"),
        variant,
        VariantEvent.objects.create(action="added", variant=variant),
        Chat.objects.create(
            user=ada, course=course, conversation=conversation, question="Why?", response="", client_key=uuid.uuid4()
        ),
        AIRequestLog.objects.create(user=ada, feature="coach", provider="p", model="m"),
        query,
        response,
        escalation,
        EscalationLink.objects.create(escalation=escalation, other=escalation, likeness=1),
        EscalationMeaning.objects.create(escalation=escalation, course=course, embedding=[0.1, 0.2], embedding_model="m"),
        Feedback.objects.create(**owner, response=response, rating="helpful"),
        ConversationHistory.objects.create(**owner, query=query),
        CoachingSession.objects.create(student=ada, course=course, topic="Volumes", client_key=uuid.uuid4()),
        PointExplanation.objects.create(course=course, point=_point(course), level="new"),
    ]
    return _ids([*made, _confidence_map(course)])


def _confidence_map(course: Course) -> ConfidenceMap:
    figures = {"verdicts": 20, "wrong": 1, "brier": 0.1, "error": 0.1, "wanted_error": "0.05", "threshold": "0.5"}
    return ConfidenceMap.objects.create(course=course, version=1, slope=1, intercept=0, **figures)


def _lab_rows(ada: User, tess: User, course: Course) -> dict[str, Any]:
    at_lab: dict[str, Any] = {"learner": ada, "course": course, "lab_id": "lab"}
    told: dict[str, Any] = {"verb": "a:b", "activity": "a:b", "effect": "noted", "statement": {}, "digest": "d" * 64}
    made: list[Any] = [
        LabWork.objects.create(**at_lab),
        LabStruggle.objects.get(**at_lab),  # made by the trigger of the row above
        LabOffer.objects.create(**at_lab),
        Presence.objects.create(learner=ada, course=course),
        StruggleWeights.objects.create(course=course),
        XapiStatement.objects.create(**at_lab, **told, id=uuid.uuid4(), happened_at=timezone.now()),
        Personalization.objects.create(trainer=tess, course=course),
    ]
    return _ids(made)


def _point(course: Course) -> SyllabusPoint:
    subject = Subject.objects.create(code="explained", title="Explained", course=course)
    return SyllabusPoint.objects.create(subject=subject, code="1", title="Volumes")


def _learning_rows(ada: User, tess: User, course: Course) -> dict[str, Any]:
    turn = ConversationMemory.objects.create(user=ada, course=course, channel="coach", source_id=uuid.uuid4(), transcript="Why?")
    hers: dict[str, Any] = {"learner": ada, "course": course, "conversation": turn}
    today = timezone.now().date()
    made: list[Any] = [
        turn,
        ConversationFeedback.objects.create(**hers, feedback_type="thumbs_up"),
        OwnerCorrection.objects.create(**hers, trainer=tess, original_response="So.", corrected_answer="Thus."),
        ResponseAnalytics.objects.create(**hers, response_text="So.", response_type="course_text"),
        VoiceTranscript.objects.create(**hers, transcript="Hello."),
        DailyLearningMetrics.objects.create(course=course, date=today, source_type="manual", status="pending"),
        ResponsePerformanceMetrics.objects.create(course=course, date=today, response_type="verified"),
        MetricChange.objects.create(relation="learning", course_id=course.pk, date=today, kind="manual"),
        Knowledge.objects.create(course=course, content="Thus.", source="manual", entry_id=uuid.uuid4()),
        *_figures(course, today),
        *_quality(course),
    ]
    item = LearningItem.objects.get(source_type="correction")
    audit = AuditEntry.objects.filter(row_id=item.pk).first()
    return _ids([*made, item, audit])


def _exam_rows(ada: User, course: Course) -> dict[str, Any]:
    subject = Subject.objects.create(code="C", title="C", course=course)
    point = SyllabusPoint.objects.create(subject=subject, code="C.1", title="Layers")
    question = Question.objects.create(subject=subject, code="why")
    asked, keyed = (QuestionVersion.objects.create(question=question, subject=subject, number=n, text="Why?") for n in (1, 2))
    attempt = Attempt.objects.create(student=ada, subject=subject)
    made: list[Any] = [
        *(subject, point, question, asked, attempt),
        QuestionPoint.objects.create(subject=subject, question=question, point=point),
        AttemptedQuestion.objects.create(attempt=attempt, version=asked, student=ada, position=1, answer="So."),
        AnswerKey.objects.create(version=keyed, subject=subject),
        SchemePoint.objects.create(version=keyed, subject=subject, text="Because."),
    ]
    return _ids(made)


def _mark_rows(ada: User, tess: User, course: Course) -> dict[str, Any]:
    version = QuestionVersion.objects.get(question__code="why", number=1)
    attempt = Attempt.objects.create(student=ada, subject_id=version.subject_id)
    answer = AttemptedQuestion.objects.create(attempt=attempt, version=version, student=ada, position=1, answer="So.")
    Attempt.objects.filter(pk=attempt.pk).update(status="submitted")
    AttemptedQuestion.objects.filter(pk=answer.pk).update(state="marked", marks_awarded=1, marking_feedback={})
    hers = {"answer": answer, "student": ada}
    made: list[Any] = [
        MarkRuling.objects.create(
            **hers, course=course, version=version, question_id=version.question_id, ruled_by=tess,
            maximum_marks=1, proposed_marks=1, marks_before=1, ruled_marks=1,
        ),
        MarkDispute.objects.create(**hers, reason="Because I said so."),
        MarkClaim.objects.create(**hers, course=course, claimed_by=tess),
        AnswerVector.objects.create(**hers, course=course, version=version, embedding=[1.0], model="m"),
    ]  # fmt: skip
    return _ids(made)


def _figures(course: Course, today: date) -> list[Any]:
    monday = {"course": course, "span": "week", "date": today}
    return [
        CourseFigures.objects.create(**monday),
        PlaceFigures.objects.create(**monday),
        VariantFigures.objects.create(**monday),
        CorrectionEffect.objects.create(course=course, entry_id=uuid.uuid4(), live_at=timezone.now()),
        InsightNote.objects.create(course_id=course.pk, date=today, event="asked"),
    ]


def _quality(course: Course) -> list[Any]:
    kept = QualitySet.objects.create(course=course, name="First day")
    run = QualityRun.objects.create(set=kept, course=course)
    return [
        kept,
        QualityQuestion.objects.create(set=kept, course=course, question="Why?", expected=["one"]),
        run,
        QualityResult.objects.create(run=run, course=course, question_id=uuid.uuid4(), confidence=0, is_answered=False),
    ]


def _account_rows(ada: User) -> dict[str, Any]:
    ends = timezone.now() + timedelta(days=1)
    made: list[Any] = [
        ada,
        Session.objects.create(session_key="k" * 32, session_data="", expire_date=ends, user=ada),
        PersonalToken.objects.create(user=ada, name="t", prefix="aic_", digest="d" * 64),
        LogEntry.objects.create(user=ada, action_flag=1, object_repr="x", change_message="[]"),
    ]
    return _ids(made)


def _django_rows(ada: User) -> dict[str, Any]:
    """Tables without a model of their own, filled by the owner."""
    kind = ContentType.objects.first() or ContentType.objects.create(app_label="accounts", model="user")
    permission = Permission.objects.first() or Permission.objects.create(name="p", codename="p", content_type=kind)
    group = Group.objects.create(name="g")
    statements = {
        "users_groups": ("user_id, group_id", [ada.pk, group.pk]),
        "users_user_permissions": ("user_id, permission_id", [ada.pk, permission.pk]),
        "auth_group_permissions": ("group_id, permission_id", [group.pk, permission.pk]),
    }
    rows: dict[str, Any] = {"auth_group": group.pk, "auth_permission": permission.pk, "django_content_type": kind.pk}
    with owner_connection() as owner:
        for table, (columns, values) in statements.items():
            made = owner.execute(f"INSERT INTO {table} ({columns}) VALUES (%s, %s) RETURNING id", values).fetchone()
            rows[table] = made[0]
        rows["django_migrations"] = owner.execute("SELECT max(id) FROM django_migrations").fetchone()[0]
    return rows


def _ids(made: list[Any]) -> dict[str, Any]:
    return {row._meta.db_table: row.pk for row in made}
