"""Django admin as our own site, and the checks of the settings."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.backends.signals import connection_created


class AdminConfig(DjangoAdminConfig):
    default = True
    default_site = "config.administration.Site"

    def ready(self) -> None:
        from config import checks  # noqa: PLC0415 (checks need the apps to be ready)

        connection_created.connect(checks.refuse_bypassing_role, dispatch_uid="refuse-bypassing-role")
        super().ready()
