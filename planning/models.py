"""The tables of exams and plans, each family in a file of its own."""

from planning.learning_plan_models import LearningPlan, LearningPlanStep

__all__ = ["LearningPlan", "LearningPlanStep"]
