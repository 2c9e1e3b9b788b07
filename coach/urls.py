"""Addresses of this app."""

from django.urls import path

from coach import passed_views, search_view, views
from coach.explaining import views as explain_views
from coach.labs import views as labs
from coach.persona import views as persona
from coach.sessions import views as session_views
from coach.streaming import turn_stream

urlpatterns = [
    path("turns/<uuid:query_id>/stream", turn_stream, name="turn-stream"),
    path("turns/<uuid:query_id>/stop", views.stop, name="turn-stop"),
    path("turns/<uuid:query_id>/retry", views.retry, name="turn-retry"),
    path("turns/<uuid:query_id>/anew", views.anew, name="turn-anew"),
    path("turns/<uuid:query_id>/feedback", views.feedback, name="turn-feedback"),
    path("turns/<uuid:query_id>/escalate", views.escalate, name="turn-escalate"),
    path("turns/<uuid:query_id>/passed", passed_views.passed, name="turn-passed"),
    path("turns/<uuid:query_id>/seen", passed_views.seen, name="turn-seen"),
    path("turns/<uuid:query_id>/settled", passed_views.settled, name="turn-settled"),
    path("turns/<uuid:query_id>/withdraw", passed_views.withdraw, name="turn-withdraw"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/begin", session_views.begin, name="session-begin"),
    path("sessions/<uuid:session_id>/", session_views.session, name="session"),
    path("sessions/<uuid:session_id>/say", session_views.say, name="session-say"),
    path("sessions/<uuid:session_id>/answer", session_views.answer, name="session-answer"),
    path("sessions/<uuid:session_id>/<slug:deed>", session_views.lead, name="session-lead"),
    path("explain/<uuid:point_id>/", explain_views.explanation, name="explain"),
    path("explain/<uuid:point_id>/make", explain_views.make, name="explain-make"),
    path("explain/<uuid:point_id>/check", explain_views.check, name="explain-check"),
    path("explain/<uuid:point_id>/trainer", explain_views.trainer, name="explain-trainer"),
    path("offers/<uuid:offer_id>/hint", labs.climb, name="lab-offer-climb"),
    path("offers/<uuid:offer_id>/answer", labs.answer, name="lab-offer-answer"),
    path("<slug:slug>/labs/<str:lab_id>/step", labs.step, name="lab-step"),
    path("<slug:slug>/labs/<str:lab_id>/beat", labs.beat, name="lab-beat"),
    path("<slug:slug>/labs/<str:lab_id>/offer", labs.offer, name="lab-offer"),
    path("<slug:slug>/labs/<str:lab_id>/presence", labs.presence, name="lab-presence"),
    path("<slug:slug>/labs/<str:lab_id>/trainer", labs.trainer, name="lab-trainer"),
    path("<slug:slug>/picture/<slug:digest>", persona.picture, name="coach-picture"),
    path("<slug:slug>/", views.coach, name="coach"),
    path("<slug:slug>/ask", views.ask, name="coach-ask"),
    path("<slug:slug>/fresh", views.fresh, name="coach-fresh"),
    path("<slug:slug>/search", search_view.search, name="course-search"),
]
