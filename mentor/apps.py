from django.apps import AppConfig

from ai.variants import measuring
from mentor.outcomes import OUTCOMES


class MentorConfig(AppConfig):
    name = "mentor"

    def ready(self) -> None:
        measuring.READINGS["mentor"] = OUTCOMES
