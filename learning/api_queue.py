"""The learning queue through the API: trainers see what became of their learners' questions, reviewers judge.

The same deeds as the review pages, with the same permissions. A judgement that is sent twice is answered as the first time;
one that comes too late is told who was faster, and when.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Left
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_faults import Conflict, Decided
from accounts.api_filters import MomentFilter
from accounts.door import acting_as
from learning import applying, approving, undoing
from learning.api_raw import StaffEndpoint
from learning.api_shapes import (
    EXCERPT,
    AppliedSerializer,
    ApplySerializer,
    ApproveSerializer,
    ItemSerializer,
    ListedItemSerializer,
    MergeSerializer,
    RejectSerializer,
    UndoSerializer,
)
from learning.approving import ReviewRefused
from learning.models import AuditEntry, LearningItem

Status = LearningItem.Status
SEARCH_LIMIT = 200  # characters
REACH = 20_000  # rows that words are looked for in, the newest of what the other filters leave
GROUPED = 50  # items shown under their head
HISTORY = 100  # lines of the record
HEAVY = ("embedding", "question_embedding", "question", "proposed_content", "original_answer", "receipt", "near", "metadata")
FIELDS = {"empty": "content", "reason": "reason", "itself": "into", "gone": "into"}  # where a refusal belongs
DUE = Q(status=Status.APPLIED, receipt={})


def items() -> QuerySet[LearningItem]:
    """What the acting person may see of the queue."""
    due = Case(When(DUE, then=Value(True)), default=Value(False), output_field=BooleanField())
    return LearningItem.objects.select_related("course").annotate(
        question_excerpt=Left("question", EXCERPT), content_excerpt=Left("proposed_content", EXCERPT), receipt_due=due
    )


class ItemFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Status.choices)
    source_type = django_filters.ChoiceFilter(choices=LearningItem.SourceType.choices)
    course = django_filters.CharFilter(field_name="course__slug", max_length=100, label="Slug of a course.")
    held = django_filters.BooleanFilter(method="is_held", label="Held back, because it would do harm.")
    grouped = django_filters.BooleanFilter(
        field_name="duplicate_of", lookup_expr="isnull", exclude=True, label="Grouped under another item."
    )
    receipt_due = django_filters.BooleanFilter(method="is_due", label="Applied, and its receipt is not written yet.")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    q = django_filters.CharFilter(  # the last one: it looks in what the others leave
        method="containing", max_length=SEARCH_LIMIT, label="Words of the question or the content."
    )

    class Meta:
        model = LearningItem
        fields = ("status", "source_type", "course", "held", "grouped", "receipt_due", "created_after", "created_before", "q")

    def is_held(self, rows: QuerySet[LearningItem], name: str, wanted: bool) -> QuerySet[LearningItem]:
        return rows.exclude(held_reason="") if wanted else rows.filter(held_reason="")

    def is_due(self, rows: QuerySet[LearningItem], name: str, wanted: bool) -> QuerySet[LearningItem]:
        return rows.filter(DUE) if wanted else rows.exclude(DUE)

    def containing(self, rows: QuerySet[LearningItem], name: str, words: str) -> QuerySet[LearningItem]:
        newest = rows.order_by("-pk").values("pk")[:REACH]
        return rows.filter(Q(question__icontains=words) | Q(proposed_content__icontains=words), pk__in=newest)


class Queue(StaffEndpoint):
    """What the system might learn."""

    serializer_class = ListedItemSerializer
    filterset_class = ItemFilter
    queryset = LearningItem.objects.none()  # for the schema; the rows depend on who calls
    sorts = {"newest": "-pk", "oldest": "pk", "asked": "-asked_count", "confidence": "-confidence_score", "value": "-value_rank"}

    @extend_schema(operation_id="queue", responses={200: ListedItemSerializer(many=True), 404: OpenApiResponse()})
    def get(self, request: Request) -> Response:
        """What the system might learn: for trainers of their learners' questions, for admins all."""
        rows = items().exclude(learner=self.staff) if self.staff.role == "trainer" else items()
        page = self.paginate_queryset(self.filter_queryset(rows.defer(*HEAVY)))
        return self.get_paginated_response(ListedItemSerializer(page, many=True).data)


class ItemEndpoint(StaffEndpoint):
    """One item, and the judgements on it."""

    serializer_class: Any = ItemSerializer

    def item(self, item_id: UUID) -> Any:
        """Raises Http404."""
        rows = items().exclude(learner=self.staff) if self.staff.role == "trainer" else items()
        return get_object_or_404(rows.defer("embedding", "question_embedding"), pk=item_id)

    def shown(self, item_id: UUID) -> Response:
        item = self.item(item_id)
        excerpt = Left("question", EXCERPT)
        grouped = LearningItem.objects.filter(duplicate_of=item.pk).annotate(question_excerpt=excerpt).order_by("pk")
        item.grouped = grouped.values("id", "question_excerpt", "status")[:GROUPED]
        item.history = AuditEntry.objects.filter(row_id__in=_rows_of(item)).order_by("-created_at", "-pk")[:HISTORY]
        return Response(ItemSerializer(item).data)

    def input(self, shape: Any) -> dict[str, Any]:
        asked = shape(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def judge(self, item_id: UUID, deed: Callable[..., Any], status: str, /, **how: Any) -> Response:
        """Do it as the person who calls; `status` is what the item is in afterwards."""
        self.item(item_id)
        try:
            deed(item_id=item_id, reviewer=self.person, **how)
        except ReviewRefused as refusal:
            item = self.item(item_id)
            if refusal.code not in {"decided", "changed"}:
                raise ValidationError({FIELDS[refusal.code]: [refusal.message]}) from refusal
            if refusal.code == "changed":
                raise Conflict(refusal.message) from refusal
            if not (item.reviewed_by_id == self.person.pk and item.status == status and _is_same(item, how)):
                by = item.reviewed_by.name if item.reviewed_by else ""
                raise Decided(refusal.message, by=by, at=item.reviewed_at, state=item.status) from refusal
        return self.shown(item_id)


def _rows_of(item: LearningItem) -> list[UUID]:
    return [pk for pk in (item.pk, item.knowledge_id) if pk]


def _is_same(item: LearningItem, how: dict[str, Any]) -> bool:
    """Whether the item is as this judgement would have left it: then it came twice."""
    wanted = {"content": item.proposed_content, "category": item.category, "reason": item.reason, "into_id": item.duplicate_of_id}
    return all(value in {None, "", wanted[name]} for name, value in how.items())


def judgement(operation_id: str, request: Any = None) -> Any:
    return extend_schema(operation_id=operation_id, request=request, responses={200: ItemSerializer, 409: OpenApiResponse()})


class Item(ItemEndpoint):
    """One item with its receipt, what is near, and its history."""

    @extend_schema(operation_id="item")
    def get(self, request: Request, item_id: UUID) -> Response:
        return self.shown(item_id)


class Approve(ItemEndpoint):
    @judgement("item_approve", ApproveSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Approve an item; with `content`, as the reviewer put it. It is applied within seconds."""
        return self.judge(item_id, approving.approve, Status.APPROVED, **self.input(ApproveSerializer))


class Reject(ItemEndpoint):
    @judgement("item_reject", RejectSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Put an item away, with the reason."""
        return self.judge(item_id, approving.reject, Status.REJECTED, **self.input(RejectSerializer))


class Merge(ItemEndpoint):
    @judgement("item_merge", MergeSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Put an item away under another that asks for the same; that one counts it."""
        into = self.input(MergeSerializer)["into"]
        return self.judge(item_id, approving.merge, Status.REJECTED, into_id=into)


class Reopen(ItemEndpoint):
    @judgement("item_reopen")
    def post(self, request: Request, item_id: UUID) -> Response:
        """Take an item out of the archive, or an approved one back, to be judged again."""
        return self.judge(item_id, approving.reopen, Status.PENDING)


class Undo(ItemEndpoint):
    @judgement("item_undo", UndoSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Take an applied item back to review; its knowledge leaves the search at once, and the version before it returns."""
        return self.judge(item_id, undoing.undo, Status.PENDING, **self.input(UndoSerializer))


class Apply(StaffEndpoint):
    """Applying what was approved, now."""

    serializer_class = AppliedSerializer
    opens_doors_itself = True

    @extend_schema(
        operation_id="queue_apply", request=ApplySerializer, responses={200: AppliedSerializer, 404: OpenApiResponse()}
    )
    def post(self, request: Request) -> Response:
        """Apply approved items, the oldest first; those that would do harm are held back and say why."""
        with acting_as(self.staff):
            approving.require(self.person, "apply")
        asked = ApplySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        result = applying.apply_learning(**asked.validated_data)
        held = [{"id": pk, "reason": reason} for pk, reason in result.held.items()]
        return Response(AppliedSerializer({"applied": result.applied, "held": held, "waiting": result.waiting}).data)
