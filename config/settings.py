"""All settings, with their defaults, once. Values come from the environment; without DATABASE_URL the embedded servers start."""

from datetime import timedelta
from pathlib import Path

import environ

from config import embedded
from config.unfold import UNFOLD  # noqa: F401 (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("AICOACH_DATA", str(BASE_DIR / "var")))
EMBEDDED = "DATABASE_URL" not in env
ADDRESSES = embedded.ensure() if EMBEDDED else None

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = embedded.secret_key() if EMBEDDED and "SECRET_KEY" not in env else env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Rooms, from the top down -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts",  # before Django's own, because it replaces `migrate`
    "courses",
    "ai",
    "learning",
    "planning",
    "coach",
    "mentor",
    "unfold.apps.BasicAppConfig",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.middleware.health_first",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.content_security_policy",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courses.leading_on.lead_on",
    "accounts.middleware.time_zone",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- Database: the app role serves, the owner role migrates --------------------------------------------------------
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 10)  # connections per process; also its database threads
# Plans that connections keep (`accounts.door.planned_once`); off behind a pooler that does not know prepared statements.
DATABASE_KEEPS_PLANS = env.bool("DATABASE_KEEPS_PLANS", True)
DATABASE_TIMEOUTS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    " -c hnsw.iterative_scan=relaxed_order -c hnsw.ef_search=100"  # a vector index goes on until the search has its rows
    " -c ivfflat.iterative_scan=relaxed_order -c ivfflat.probes=10"
)
APP_DATABASE_URL = ADDRESSES.app_url if ADDRESSES else env.str("DATABASE_URL")
APP_DATABASE = env.db_url_config(APP_DATABASE_URL)
OWNER_DATABASE_URL = ADDRESSES.owner_url if ADDRESSES else env.str("DATABASE_OWNER_URL", APP_DATABASE_URL)
DATABASES = {
    "default": {
        **APP_DATABASE,
        "CONN_MAX_AGE": 0,  # the pool keeps connections; a request must not
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            **APP_DATABASE.get("OPTIONS", {}),  # sslmode and its like, from the address
            # `reconnect_timeout`: after a failure the next request tries anew, instead of waiting for a backoff of minutes.
            "pool": {"min_size": 2, "max_size": DATABASE_POOL_SIZE, "timeout": 2, "reconnect_timeout": 3},
            "prepare_threshold": 0 if DATABASE_KEEPS_PLANS else None,  # the first time; other statements are never prepared
            "options": DATABASE_TIMEOUTS,
        },
    },
    "owner": {**env.db_url_config(OWNER_DATABASE_URL), "CONN_MAX_AGE": 0},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: cache, rate limits, broker; everything goes on without it ----------------------------------------------
REDIS_URL = ADDRESSES.redis_url if ADDRESSES else env.str("REDIS_URL")
REDIS_TIMEOUT = 2  # seconds for connecting and for each answer
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "aicoach",
        "OPTIONS": {"socket_connect_timeout": REDIS_TIMEOUT, "socket_timeout": REDIS_TIMEOUT},
    }
}
CELERY_BROKER_URL = ADDRESSES.broker_url if ADDRESSES else env.str("CELERY_BROKER_URL", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 15 * 60  # seconds; the soft limit below lets a task save where it stands
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a row is waiting anyway; the sweeper wakes the worker
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": REDIS_TIMEOUT,
    "socket_timeout": 10,
    **{"max_retries": 1, "interval_start": 0, "interval_step": 0},  # by default a publish waits six seconds for a lost Redis
}
CELERY_BEAT_SCHEDULE = {
    "sweep-content-updates": {"task": "learning.sweep_content_updates", "schedule": timedelta(seconds=15)},
    "sweep-learning": {"task": "learning.sweep_learning", "schedule": timedelta(seconds=15)},
    "sweep-transcripts": {"task": "learning.sweep_transcripts", "schedule": timedelta(seconds=15)},
    "sweep-quality": {"task": "learning.sweep_quality", "schedule": timedelta(seconds=15)},
    "apply-learning": {"task": "learning.apply_learning", "schedule": timedelta(seconds=30)},
    "sweep-turns": {"task": "coach.sweep_turns", "schedule": timedelta(seconds=15)},
    "link-escalations": {"task": "coach.link_escalations", "schedule": timedelta(seconds=10)},
    "judge-labs": {"task": "coach.judge_labs", "schedule": timedelta(seconds=10)},
    "teach-replies": {"task": "coach.teach_replies", "schedule": timedelta(seconds=15)},
    "tell-learners": {"task": "coach.tell_learners", "schedule": timedelta(seconds=20)},
    "look-at-providers": {"task": "ai.look_at_providers", "schedule": timedelta(seconds=60)},
    "watch-variants": {"task": "ai.watch_variants", "schedule": timedelta(minutes=2)},
    "pick-up-handovers": {"task": "coach.pick_up", "schedule": timedelta(seconds=15)},
    "sweep-chats": {"task": "mentor.sweep_chats", "schedule": timedelta(seconds=15)},
    "sum-up-threads": {"task": "mentor.sum_up", "schedule": timedelta(seconds=30)},
    "adapt-plans": {"task": "planning.adapt_plans", "schedule": timedelta(hours=1)},
    "clear-concepts": {"task": "planning.clear_concepts", "schedule": timedelta(hours=1)},
    "recalibrate": {"task": "coach.recalibrate", "schedule": timedelta(minutes=15)},
    "sweep-attempts": {"task": "planning.sweep_attempts", "schedule": timedelta(seconds=15)},
    "clear-threads": {"task": "mentor.clear_threads", "schedule": timedelta(hours=1)},
    "catch-up-plans": {"task": "planning.catch_up", "schedule": timedelta(minutes=15)},
    "improve": {"task": "planning.improve", "schedule": timedelta(seconds=30)},
    "sweep-marking": {"task": "planning.sweep_marking", "schedule": timedelta(seconds=15)},
    "clear-sessions": {"task": "accounts.clear_sessions", "schedule": timedelta(hours=6)},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")

# --- People --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.signing_in.EmailBackend"]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
PASSWORD_RESET_TIMEOUT = 3 * 3600  # seconds
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "accounts.hashing.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
RATE_LIMITS = {
    "sign-in": env.str("RATE_SIGN_IN", "10/15 minutes"),  # for one e-mail address
    "sign-in-place": env.str("RATE_SIGN_IN_PLACE", "100/15 minutes"),  # for one network address: a class shares it
    "ask": env.str("RATE_ASK", "20/minute"),
    "search": env.str("RATE_SEARCH", "60/minute"),
    "import": env.str("RATE_IMPORT", "10/hour"),
    "transcript": env.str("RATE_TRANSCRIPT", "60/hour"),
    "lab": env.str("RATE_LAB", "600/minute"),  # events of one learner in labs: tries, steps, learning records
    "api": env.str("RATE_API", "300/minute"),
}

# --- Mail ----------------------------------------------------------------------------------------------------------
vars().update(env.email_url_config(env.str("EMAIL_URL", "consolemail://")))
SITE_URL = env.str("SITE_URL", "http://localhost:8000")  # how links in mails from workers begin
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "AI Coach <coach@localhost>")

EVALUATIONS = ["planning.marking.evaluating.KIND"]  # what `manage.py evaluate` measures of the upper apps

# --- Models --------------------------------------------------------------------------------------------------------
EMBEDDING_PROVIDER = env.str("EMBEDDING_PROVIDER", "local")  # local | remote
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", "text-embedding-3-small")  # of the remote provider
EMBEDDING_DIMENSIONS = env.int("EMBEDDING_DIMENSIONS", 384 if EMBEDDING_PROVIDER == "local" else 1536)
EMBEDDING_BASE_URL = env.str("EMBEDDING_BASE_URL", "")
EMBEDDING_API_KEY = env.str("EMBEDDING_API_KEY", "")
LLM_NAME = env.str("LLM_NAME", "openai")
LLM_TYPE = env.str("LLM_TYPE", "openai")
LLM_BASE_URL = env.str("LLM_BASE_URL", "")
LLM_API_KEY = env.str("LLM_API_KEY", "")
LLM_MODEL = env.str("LLM_MODEL", "")
LLM_CONNECT_TIMEOUT = env.float("LLM_CONNECT_TIMEOUT", 3.0)  # seconds
LLM_FIRST_TOKEN_TIMEOUT = env.float("LLM_FIRST_TOKEN_TIMEOUT", 15.0)
LLM_BETWEEN_TOKENS_TIMEOUT = env.float("LLM_BETWEEN_TOKENS_TIMEOUT", 15.0)
LLM_TOTAL_TIMEOUT = env.float("LLM_TOTAL_TIMEOUT", 90.0)
ANSWER_AT_ASK = env.bool("ANSWER_AT_ASK", env.int("WEB_CONCURRENCY", 1) == 1)  # needs one web process: the page follows it there
LLM_MAX_TOKENS = env.int("LLM_MAX_TOKENS", 700)
HEDGE_AFTER_MS = env.int("HEDGE_AFTER_MS", 0)  # ask a second model when the first token is later than this; 0 for never
HEDGE_SHARE = env.float("HEDGE_SHARE", 0.06)  # second requests, as a share of all, at most
INTENT_WITHIN = env.float("INTENT_WITHIN", 1.5)  # seconds for a model's word on a question's intent, where we are torn
CHECK_WITHIN = env.float("CHECK_WITHIN", 0.0)  # seconds for a model to check its answer; 0 for never
PROVIDER_HOSTS = env.list("PROVIDER_HOSTS", default=[])  # hosts that admins may name beside the vendors' own and this machine
LLM_MAX_BYTES = env.int("LLM_MAX_BYTES", 2_000_000)  # on the wire, where a token takes about 300
TRANSCRIPTION_BASE_URL = env.str("TRANSCRIPTION_BASE_URL", "")  # of any service with /audio/transcriptions; empty: OpenAI's
TRANSCRIPTION_MODEL = env.str("TRANSCRIPTION_MODEL", "")  # without one recordings are refused, texts are not
TRANSCRIPTION_API_KEY = env.str("TRANSCRIPTION_API_KEY", "")
TRANSCRIPTION_TIMEOUT = env.float("TRANSCRIPTION_TIMEOUT", 300.0)  # seconds for one recording; below the limits of a task
TRANSCRIPTION_KEEP_DAYS = env.int("TRANSCRIPTION_KEEP_DAYS", 7)  # how long a recording that failed is kept for another try

# --- Words, time, files --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", EMBEDDED or DEBUG)  # the embedded default needs no collectstatic
SERVESTATIC_AUTOREFRESH = DEBUG
if SERVESTATIC_USE_FINDERS:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty, but expected
if not SERVESTATIC_USE_FINDERS:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Safety --------------------------------------------------------------------------------------------------------
SECURE = env.bool("SECURE", not EMBEDDED)  # HTTPS only; off on one machine without a certificate
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form; a question of 100,000 characters must reach its check

# --- API -----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_auth.TokenAuthentication",
        "accounts.api_auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttling.RateLimit"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.Keyset",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.BoundedJSON"],
    "EXCEPTION_HANDLER": "config.api.errors.one_shape",
    "PAGE_SIZE": 25,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AI Coach",
    "DESCRIPTION": "Whatever a page can do, with a personal token.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "QuestionStatus": "coach.models.Query.Status",
        "EscalationStatus": "coach.models.Escalation.Status",
        "AnswerState": "coach.models.Response.State",
        "TranscriptState": "learning.models.VoiceTranscript.State",
        "ItemStatus": "learning.models.LearningItem.Status",
        "ReplyPriority": "coach.models.Escalation.Priority",
        "CorrectionPriority": "learning.models.OwnerCorrection.Priority",
        "ChatStatus": "mentor.models.Chat.Status",
        "LearningPlanState": "planning.models.LearningPlan.State",
        "LearningStepKind": "planning.models.LearningPlanStep.Kind",
        "ConceptEvidenceKind": "courses.models.ConceptEvidence.Kind",
        "ConceptDifficulty": "courses.models.LearningConcept.Difficulty",
        "AttemptStatus": "planning.models.Attempt.Status",
        "PlanStatus": "planning.models.StudyPlan.Status",
        "PlanMethod": "planning.models.StudyPlan.Method",
        "UpdateStatus": "learning.models.ContentUpdate.Status",
        "LabOfferState": "coach.models.LabOffer.State",
        "AnswerMarkState": "planning.models.AttemptedQuestion.State",
        "DisputeState": "planning.models.MarkDispute.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.tell_errors",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"aicoach": {"level": env.str("LOG_LEVEL", "INFO"), "propagate": True}},
}
