"""Plans through the API: the same deeds as the pages, one's own plans only."""

from datetime import date
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from accounts.zones import zone_of
from planning.api_plan_shapes import (
    CalendarAddressSerializer,
    CalendarSerializer,
    GradeSerializer,
    ImprovementSerializer,
    PlanDetailSerializer,
    PlanSerializer,
    PlanWishSerializer,
    TickSerializer,
    wanted_of,
)
from planning.improve.making import tick
from planning.improve.views import own_improvement
from planning.models import ImprovementPlan, StudyPlan, Subject
from planning.study import calendar_feed, keeping
from planning.study.keeping import NotPossible
from planning.study.making import PlanExists, change, make
from planning.study.views import own_plan
from planning.study.wishing import PlanRefused

REFUSED = {200: PlanDetailSerializer, 409: OpenApiResponse(description="The plan is closed, or the deed does not fit it.")}

NO_ADDRESS = OpenApiResponse(description="There is no address.")


class Plans(Endpoint):
    """One's own study plans."""

    serializer_class = PlanSerializer
    queryset = StudyPlan.objects.none()  # for the schema; the rows depend on who calls
    filter_backends = ()

    @extend_schema(operation_id="plans", responses=PlanSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own study plans, newest first; without their schedules."""
        page = self.paginate_queryset(StudyPlan.objects.filter(student=self.person).light())
        return self.get_paginated_response(PlanSerializer(page, many=True).data)

    @extend_schema(
        operation_id="plan_create",
        request=PlanWishSerializer,
        responses={201: PlanDetailSerializer, 409: OpenApiResponse(description="There is an active plan for the subject.")},
    )
    def post(self, request: Request) -> Response:
        """A new plan from today on. There can be one active plan for a subject."""
        data = _valid(PlanWishSerializer(data=request.data))
        subject = Subject.objects.open().select_related("course").filter(code=data["subject"].replace("\x00", "")).first()
        if subject is None:
            raise ValidationError({"subject": [_("There is no such subject, or it is not for you.")]})
        try:
            made = make(
                learner=self.person, subject=subject, wanted=wanted_of(data), today=_today(self), zone=zone_of(self.person)
            )
        except PlanExists as there:
            text = _("You have an active plan for this subject: %(place)s. Change it, or close it to make another.")
            raise Conflict(text % {"place": f"/api/v1/plans/{there.plan.pk}"}) from there
        except PlanRefused as refusal:
            raise _refused(refusal) from refusal
        return Response(PlanDetailSerializer(own_plan(self.person, made.pk)).data, status=status.HTTP_201_CREATED)


class Plan(Endpoint):
    """One study plan."""

    serializer_class = PlanDetailSerializer

    @extend_schema(operation_id="plan")
    def get(self, request: Request, plan_id: UUID) -> Response:
        """With its schedule, caught up with the calendar: missed days are planned anew, and `changes` says what moved."""
        found = own_plan(self.person, plan_id)
        keeping.catch_up(found, keeping.today_of(found, timezone.now()))
        return _plan(self, plan_id)

    @extend_schema(operation_id="plan_change", request=PlanWishSerializer, responses=REFUSED)
    def put(self, request: Request, plan_id: UUID) -> Response:
        """Other wishes; the days to come are planned anew. The subject stays."""
        found = own_plan(self.person, plan_id)
        data = _valid(PlanWishSerializer(data={**_dict(request.data), "subject": found.subject.code}))
        if not found.is_active:
            raise Conflict(_("This plan is closed."))
        try:
            change(study_plan=found, wanted=wanted_of(data), today=keeping.today_of(found, timezone.now()))
        except PlanRefused as refusal:
            raise _refused(refusal) from refusal
        return _plan(self, plan_id)


class PlanGrades(Endpoint):
    serializer_class = GradeSerializer

    @extend_schema(operation_id="plan_grade", request=GradeSerializer, responses=REFUSED)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """How well a topic was known today, 0 to 5; a second grade of the day replaces the first."""
        data = _valid(GradeSerializer(data=request.data))
        return _done(self, plan_id, lambda plan, today: keeping.grade(study_plan=plan, today=today, **_grade(data)))


class PlanFinish(Endpoint):
    serializer_class = PlanDetailSerializer

    @extend_schema(operation_id="plan_finish", request=None, responses=REFUSED)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Today is done, a practice exam included. Every topic of the day needs a grade first."""
        return _done(self, plan_id, lambda plan, today: keeping.finish_day(study_plan=plan, today=today))


class PlanReplan(Endpoint):
    serializer_class = PlanDetailSerializer

    @extend_schema(operation_id="plan_replan", request=None, responses=REFUSED)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Plan anew from today on; grades stay."""
        return _done(self, plan_id, lambda plan, today: keeping.replan(study_plan=plan, today=today))


class PlanAbandon(Endpoint):
    serializer_class = PlanDetailSerializer

    @extend_schema(operation_id="plan_abandon", request=None, responses=REFUSED)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Give the plan up. It is not opened again; grades are kept for the next one."""
        return _done(self, plan_id, lambda plan, _today: keeping.abandon(plan))


class PlanComplete(Endpoint):
    serializer_class = PlanDetailSerializer

    @extend_schema(operation_id="plan_complete", request=None, responses=REFUSED)
    def post(self, request: Request, plan_id: UUID) -> Response:
        """The exam is taken. The plan is not opened again."""
        return _done(self, plan_id, lambda plan, _today: keeping.complete(plan))


class Improvements(Endpoint):
    """One's own improvement plans."""

    serializer_class = ImprovementSerializer
    queryset = ImprovementPlan.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="improvements", responses=ImprovementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own improvement plans, newest first."""
        page = self.paginate_queryset(ImprovementPlan.objects.filter(student=self.person).select_related("subject__course"))
        return self.get_paginated_response(ImprovementSerializer(page, many=True).data)


class Improvement(Endpoint):
    """What a marked attempt showed, and what to do about it."""

    serializer_class = ImprovementSerializer

    @extend_schema(operation_id="improvement")
    def get(self, request: Request, plan_id: UUID) -> Response:
        return Response(ImprovementSerializer(own_improvement(self.person, plan_id)).data)


class ImprovementAction(Endpoint):
    serializer_class = TickSerializer

    @extend_schema(operation_id="improvement_tick", request=TickSerializer, responses={200: ImprovementSerializer})
    def put(self, request: Request, plan_id: UUID, action_id: str) -> Response:
        """Tick an action, or take the tick back. A tick counts as a review of its points in the study plan."""
        found = own_improvement(self.person, plan_id)
        data = _valid(TickSerializer(data=request.data))
        notes = data["notes"].replace("\x00", "")
        if tick(plan=found, action_id=action_id, is_done=data["completed"], notes=notes, now=timezone.now()) is None:
            raise NotFound
        return Response(ImprovementSerializer(own_improvement(self.person, plan_id)).data)


class CalendarAddress(Endpoint):
    """The secret address of one's calendar."""

    serializer_class = CalendarSerializer

    @extend_schema(operation_id="calendar_address", responses={200: CalendarSerializer, 404: NO_ADDRESS})
    def get(self, request: Request) -> Response:
        """Whether there is one, and when it was read last; the address itself is known only when it is made."""
        return Response(CalendarSerializer(get_object_or_404(calendar_feed.CalendarFeed, user=self.person)).data)

    @extend_schema(operation_id="calendar_address_make", request=None, responses={201: CalendarAddressSerializer})
    def post(self, request: Request) -> Response:
        """A new address, shown this once; one that was there before stops working."""
        secret = calendar_feed.make(self.person)
        address = request.build_absolute_uri(reverse("plan-calendar", args=[secret]))
        return Response({"address": address}, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="calendar_address_revoke", responses={204: None, 404: NO_ADDRESS})
    def delete(self, request: Request) -> Response:
        """Close the address for good."""
        if not calendar_feed.revoke(self.person):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


def _done(view: Endpoint, plan_id: UUID, deed: Any) -> Response:
    found = own_plan(view.person, plan_id)
    try:
        deed(found, keeping.today_of(found, timezone.now()))
    except NotPossible as refusal:
        raise Conflict(refusal.message) from refusal
    return _plan(view, plan_id)


def _plan(view: Endpoint, plan_id: UUID) -> Response:
    return Response(PlanDetailSerializer(own_plan(view.person, plan_id)).data)


def _grade(data: dict[str, Any]) -> dict[str, Any]:
    return {"topic": data["topic"], "value": data["grade"]}


def _today(view: Endpoint) -> date:
    return timezone.localtime(timezone.now(), keeping.zone_named(zone_of(view.person))).date()


def _refused(refusal: PlanRefused) -> ValidationError:
    return ValidationError({name: [problem] for name, problem in refusal.problems.items()})


def _dict(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _valid(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
