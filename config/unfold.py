"""How Django admin looks: our accent, our ink, our paper."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _mark(request: object) -> str:
    return static("img/mark.svg")


def _link(title: Any, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


def _is_among_requests(request: HttpRequest) -> bool:
    """The page of costs lies below the list of requests, and has an entry of its own."""
    requests = reverse("admin:ai_airequestlog_changelist")
    return request.path.startswith(requests) and request.path != reverse("admin:ai_costs")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "AI Coach",
    "SITE_HEADER": "AI Coach",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "base": {
            "50": "#fbfaf8",
            "100": "#f3f1ed",
            "200": "#e4e0d9",
            "300": "#cfcac1",
            "400": "#a2a8b0",
            "500": "#747b84",
            "600": "#5a6068",
            "700": "#3d444b",
            "800": "#2d3238",
            "900": "#1c1f23",
            "950": "#121416",
        },
        "primary": {
            "50": "#eff7f8",
            "100": "#e3f0f1",
            "200": "#c2e0e3",
            "300": "#97cbd1",
            "400": "#6cc4cf",
            "500": "#2b8a97",
            "600": "#0b5f6b",
            "700": "#0a525d",
            "800": "#0c434c",
            "900": "#173237",
            "950": "#0d1c1f",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("People"),
                "items": [
                    _link(_("People"), "group", "accounts_user"),
                    _link(_("Enrolments"), "assignment_ind", "courses_enrolment"),
                ],
            },
            {
                "title": _("Courses"),
                "separator": True,
                "items": [
                    _link(_("Courses"), "school", "courses_course"),
                    _link(_("Chapters"), "menu_book", "courses_chapter"),
                    _link(_("Labs"), "science", "courses_lab"),
                    _link(_("Index updates"), "sync", "learning_contentupdate"),
                ],
            },
            {
                "title": _("Learning"),
                "separator": True,
                "items": [
                    _link(_("Learning queue"), "rate_review", "learning_learningitem") | {"badge": "learning.review.shelf.badge"},
                    _link(_("Verified answers"), "verified", "learning_knowledge"),
                    _link(_("Audit log"), "history", "learning_auditentry"),
                ],
            },
            {
                "title": _("Exams"),
                "separator": True,
                "items": [
                    _link(_("Subjects"), "quiz", "planning_subject"),
                    _link(_("Syllabus points"), "account_tree", "planning_syllabuspoint"),
                    _link(_("Exam questions"), "contact_support", "planning_question"),
                    _link(_("Attempts"), "edit_note", "planning_attempt"),
                    _link(_("Rulings on marks"), "gavel", "planning_markruling"),
                    _link(_("Disputed marks"), "flag", "planning_markdispute"),
                    _link(_("Study plans"), "calendar_month", "planning_studyplan"),
                    _link(_("Improvement plans"), "trending_up", "planning_improvementplan"),
                    _link(_("Calendar addresses"), "event", "planning_calendarfeed"),
                ],
            },
            {
                "title": _("Coach"),
                "separator": True,
                "items": [
                    {"title": _("What happened, in pictures"), "icon": "monitoring", "link": reverse_lazy("insights")},
                    _link(_("Questions"), "help", "coach_query"),
                    _link(_("Answers"), "chat", "coach_response"),
                    _link(_("With trainers"), "support_agent", "coach_escalation"),
                    _link(_("Feedback"), "thumbs_up_down", "coach_feedback"),
                    _link(_("Struggles in labs"), "trending_up", "coach_labstruggle"),
                    _link(_("Offers of help"), "lightbulb", "coach_laboffer"),
                    _link(_("Weights of struggle"), "balance", "coach_struggleweights"),
                    _link(_("Learning records"), "receipt", "coach_xapistatement"),
                    _link(_("Trainers' coaches"), "badge", "coach_personalization"),
                ],
            },
            {
                "title": _("Mentor"),
                "separator": True,
                "items": [
                    _link(_("Threads"), "forum", "ai_conversation"),
                    _link(_("Mentor's answers"), "psychology", "mentor_chat"),
                    _link(_("Learning concepts"), "school", "courses_learningconcept"),
                    _link(_("Learning plans"), "event_note", "planning_learningplan"),
                ],
            },
            {
                "title": _("Models"),
                "separator": True,
                "items": [
                    _link(_("Providers"), "hub", "ai_aiprovider"),
                    {"title": _("Costs"), "icon": "payments", "link": reverse_lazy("admin:ai_costs")},
                    _link(_("Budgets"), "savings", "ai_budget"),
                    _link(_("Prompts"), "science", "ai_promptvariant"),
                    _link(_("Requests"), "receipt_long", "ai_airequestlog") | {"active": _is_among_requests},
                ],
            },
        ],
    },
}
