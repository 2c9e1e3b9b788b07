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
<<<<<<< HEAD
from planning.study_models import CalendarFeed, ImprovementPlan, StudyPlan, StudyReview
=======
from planning.ruling_models import AnswerVector, MarkClaim, MarkDispute, MarkRuling
>>>>>>> 4d52888 (Let people rule on marks, learners dispute them, and a worker mark)

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
