from django.apps import AppConfig


class MentorConfig(AppConfig):
    name = "mentor"
