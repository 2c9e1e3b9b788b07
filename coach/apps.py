from django.apps import AppConfig

from ai.variants import measuring
from coach.outcomes import OUTCOMES


class CoachConfig(AppConfig):
    name = "coach"

    def ready(self) -> None:
        measuring.READINGS["coach"] = OUTCOMES
