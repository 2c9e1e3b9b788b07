"""The tables of exams and plans, each family in a file of its own."""

from planning.exam_models import (
    AnswerKey,
    Objective,
    Question,
    QuestionPoint,
    QuestionVersion,
    SchemePoint,
    Subject,
    SyllabusPoint,
)
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.practice_models import Attempt, AttemptedQuestion
from planning.ruling_models import AnswerVector, MarkClaim, MarkDispute, MarkRuling
from planning.study_models import CalendarFeed, ImprovementPlan, StudyPlan, StudyReview

__all__ = [
    "AnswerKey",
    "AnswerVector",
    "Attempt",
    "AttemptedQuestion",
    "CalendarFeed",
    "ImprovementPlan",
    "LearningPlan",
    "LearningPlanStep",
    "MarkClaim",
    "MarkDispute",
    "MarkRuling",
    "Objective",
    "Question",
    "QuestionPoint",
    "QuestionVersion",
    "SchemePoint",
    "StudyPlan",
    "StudyReview",
    "Subject",
    "SyllabusPoint",
]
