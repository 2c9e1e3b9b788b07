"""Learning plans through the API: the same deeds as the pages, one's own plans only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_door import Endpoint
from accounts.api_faults import Conflict
from planning.concepts.api import invalid, valid
from planning.concepts.refusing import Refused
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import adapting, days, doing, making
from planning.learning_plans.api_shapes import (
    LearningPlanChangeSerializer,
    LearningPlanSerializer,
    LearningPlanStateSerializer,
    LearningPlanStepChangeSerializer,
    LearningPlanStepSerializer,
    NewLearningPlanSerializer,
)
from planning.learning_plans.making import Wish


def _decided(deed: Callable[[], Any]) -> Any:
    """What was refused because of the plan's state is a conflict, the rest is wrong input."""
    try:
        return deed()
    except Refused as refusal:
        raise (Conflict(refusal.message) if refusal.field == "state" else invalid(refusal)) from refusal


class Plans(Endpoint):
    """One's own learning plans."""

    serializer_class = LearningPlanSerializer
    queryset = LearningPlan.objects.none()
    filter_backends = ()

    @extend_schema(operation_id="learning_plans", responses=LearningPlanSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = self.paginate_queryset(doing.own_plans(self.person))
        return self.get_paginated_response(LearningPlanSerializer(page, many=True).data)

    @extend_schema(operation_id="learning_plan_make", request=NewLearningPlanSerializer, responses={201: LearningPlanSerializer})
    def post(self, request: Request) -> Response:
        """Make a plan from concepts: prerequisites first, no day fuller than it may be, and what does not fit in `unfit`."""
        data = valid(NewLearningPlanSerializer(data=request.data))
        wish = Wish(**{**data, "zone": data.get("zone") or self.person.time_zone})
        made = _decided(lambda: making.make(learner=self.person, wish=wish, now=timezone.now()))
        return Response(LearningPlanSerializer(made).data, status=status.HTTP_201_CREATED)


class Plan(Endpoint):
    serializer_class = LearningPlanSerializer

    @extend_schema(operation_id="learning_plan")
    def get(self, request: Request, plan_id: UUID) -> Response:
        """The plan as it stands today: reading it makes it keep up."""
        return _plan(self, plan_id, keeps_up=True)

    @extend_schema(
        operation_id="learning_plan_change", request=LearningPlanChangeSerializer, responses={200: LearningPlanSerializer}
    )
    def patch(self, request: Request, plan_id: UUID) -> Response:
        """Change what is sent; what is done stays done, the rest is laid out anew."""
        found = doing.own_plan(self.person, plan_id)
        data = valid(LearningPlanChangeSerializer(data=request.data))
        _decided(lambda: making.change(plan=found, wish=Wish(**{**_present(found), **data}), now=timezone.now()))
        return _plan(self, plan_id)


class PlanSteps(Endpoint):
    serializer_class = LearningPlanStepSerializer
    queryset = LearningPlanStep.objects.none()
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="learning_plan_steps", responses=LearningPlanStepSerializer(many=True))
    def get(self, request: Request, plan_id: UUID) -> Response:
        """All steps in the order of days."""
        found = doing.own_plan(self.person, plan_id)
        return Response(LearningPlanStepSerializer(found.steps.select_related("concept"), many=True).data)


class PlanStep(Endpoint):
    serializer_class = LearningPlanStepSerializer

    @extend_schema(
        operation_id="learning_plan_step_change",
        request=LearningPlanStepChangeSerializer,
        responses={200: LearningPlanStepSerializer},
    )
    def patch(self, request: Request, step_id: UUID) -> Response:
        """Tick a step off or take that back, or move it to another day."""
        data = valid(LearningPlanStepChangeSerializer(data=request.data))
        if not data:
            raise ValidationError({"done": [LearningPlanStepChangeSerializer.NOTHING]})
        step, now = doing.own_step(self.person, step_id), timezone.now()
        if "day" in data:
            _decided(lambda: doing.move(step=step, day=data["day"], now=now))
        if "done" in data:
            _decided(lambda: doing.set_done(step=step, learner=self.person, done=data["done"], now=now))
        return Response(LearningPlanStepSerializer(doing.own_step(self.person, step_id)).data)


class Replan(Endpoint):
    serializer_class = LearningPlanSerializer

    @extend_schema(
        operation_id="learning_plan_replan", request=None, responses={200: LearningPlanSerializer, 409: OpenApiResponse()}
    )
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Lay out anew what is left, from today."""
        found = doing.own_plan(self.person, plan_id)
        _decided(lambda: doing.replan(found, timezone.now()))
        return _plan(self, plan_id)


class PlanState(Endpoint):
    serializer_class = LearningPlanStateSerializer

    @extend_schema(operation_id="learning_plan_state_set", responses={200: LearningPlanSerializer, 409: OpenApiResponse()})
    def put(self, request: Request, plan_id: UUID) -> Response:
        """`paused`, `active` (go on, or take an abandoned plan up again for a day) or `abandoned`."""
        found = doing.own_plan(self.person, plan_id)
        wanted = valid(LearningPlanStateSerializer(data=request.data))["state"]
        _decided(lambda: doing.go_to(found, wanted, timezone.now()))
        return _plan(self, plan_id)


def _plan(view: Endpoint, plan_id: UUID, *, keeps_up: bool = False) -> Response:
    found = doing.own_plan(view.person, plan_id)
    return Response(LearningPlanSerializer(adapting.keep_up(found, timezone.now()) if keeps_up else found).data)


def _present(plan: LearningPlan) -> dict[str, Any]:
    """The wish that the plan stands for now."""
    return {
        "name": plan.name,
        "description": plan.description or "",
        "concept_ids": [UUID(each["id"]) for each in plan.concepts],
        "weekly": days.weekly_of(plan),
        "deadline": days.deadline_of(plan),
        "zone": days.zone_of(plan).key,
        "adapts": bool(plan.setting("adapts", True)),
        "side_by_side": bool(plan.setting("side_by_side")),
    }
