"""People, their sessions and their personal tokens."""

from typing import Any

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.policies import ADMINS, RowSecurity, own

ACCOUNT = "id BETWEEN (SELECT known_from()) AND (SELECT known_to())"
RIGHTS_CHANGE = (
    "app_role() IN ('learner', 'trainer', 'auth') AND (OLD.role, OLD.is_staff, OLD.is_superuser, OLD.is_active)"
    " IS DISTINCT FROM (NEW.role, NEW.is_staff, NEW.is_superuser, NEW.is_active)"
)
SESSION = "session_key = (SELECT app_session_key()) OR user_id BETWEEN (SELECT known_from()) AND (SELECT known_to())"


class Uuid7(models.Func):
    """A time-ordered UUID made by PostgreSQL 18."""

    function = "uuidv7"
    output_field = models.UUIDField()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account. Raises ValueError when the e-mail address is empty."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=User.Role.ADMIN, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Personal data: e-mail and name, to sign in and to be addressed; erased with the account."""

    class Role(models.TextChoices):
        LEARNER = "learner", _("Learner")
        TRAINER = "trainer", _("Trainer")
        ADMIN = "admin", _("Admin")

    BROWSER_ZONE = "UTC"  # nothing chosen: times are shown in the browser's own zone

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.LEARNER)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="users_email_lower"),
            models.CheckConstraint(condition=models.Q(role__in=["learner", "trainer", "admin"]), name="users_role_valid"),
            RowSecurity(
                name="users_rows",
                select=f"{ACCOUNT} OR id = ANY ((SELECT trained_learners())::uuid[])",
                insert=ADMINS,
                update=ACCOUNT,
                delete=ADMINS,
            ),
        ]
        triggers = [
            # One's own row may be changed, one's own rights may not.
            pgtrigger.Protect(name="users_rights_kept", operation=pgtrigger.Update, condition=pgtrigger.Condition(RIGHTS_CHANGE)),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in words[:2]).upper()


class Session(AbstractBaseSession):
    """A signed-in browser. Personal data: whose it is; gone on sign-out or when it ends."""

    objects = BaseSessionManager()  # type: ignore[misc]

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "sessions"
        constraints = [
            RowSecurity(name="sessions_rows", select=SESSION, insert=SESSION, update=SESSION, delete=SESSION),
        ]

    @classmethod
    def get_session_store_class(cls) -> type:
        from accounts.sessions import SessionStore  # noqa: PLC0415 (the store imports this model)

        return SessionStore


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def usable(self) -> "PersonalTokenQuerySet":
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()), revoked_at=None)


class PersonalToken(models.Model):
    """A key to the API. Only its SHA-256 is kept. Personal data: whose it is and when it was used; erased with the account."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        db_table = "personal_tokens"
        constraints = [
            RowSecurity(
                name="personal_tokens_rows",
                select=own("user_id"),
                insert=own("user_id"),
                update=own("user_id"),
                delete=own("user_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())
