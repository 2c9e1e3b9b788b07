"""Where everything is. Addresses are fixed points: others call them."""

from django.contrib import admin
from django.urls import include, path

from config import health

handler500 = "config.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("account/", include("accounts.urls")),
    path("api/", include("config.api.urls")),
    path("coach/", include("coach.urls")),
    path("desk/insights/", include("coach.insights.urls")),
    path("desk/quality/", include("coach.quality.urls")),
    path("desk/transcripts/", include("learning.transcripts.urls")),
    path("desk/coach/", include("coach.persona.urls")),
    path("desk/concepts/", include("planning.concepts.desk_urls")),
    path("mentor/", include("mentor.urls")),
    path("concepts/plans/", include("planning.learning_plans.urls")),
    path("concepts/", include("planning.concepts.urls")),
    path("plan/improve/", include("planning.improve.urls")),
    path("plan/", include("planning.study.urls")),
    path("", include("planning.marking.urls")),
    path("desk/", include("coach.desk.urls")),
    path("", include("planning.urls")),
    path("", include("learning.urls")),
    path("", include("courses.urls")),
]
