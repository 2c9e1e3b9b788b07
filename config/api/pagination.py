"""Keyset pagination: a page starts after the last row seen, so it costs the same at any depth.

Ids are time-ordered (UUID version 7), so the id alone is the key; the newest row comes first. A view with other orders names
them: `sorts = {"asked": "-asked_count"}` takes `?sort=asked`, and the id decides between equals.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module through the settings

PAGE = 25
LARGEST_PAGE = 100
NEWEST = "-pk"


class Keyset(BasePagination):
    """`?limit=1..100&after=<id of the last row seen>`; `next` is the address of the next page, null on the last."""

    next_url: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        limit, after, order = _limit(request), _after(request), _order(request, view)
        ordered = queryset.order_by(order, "-pk" if order.startswith("-") else "pk")
        rows = list((ordered.filter(_beyond(queryset, order, after)) if after else ordered)[: limit + 1])
        if len(rows) > limit:
            self.next_url = replace_query_param(request.build_absolute_uri(), "after", str(rows[limit - 1].pk))
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next_url})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "format": "uri", "nullable": True, "description": "Address of the next page."},
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        sorts = {"type": "string", "enum": [*_sorts(view)], "default": next(iter(_sorts(view)), "")}
        sort = {"name": "sort", "in": "query", "description": "The order of the rows.", "schema": sorts}
        return [
            *([sort] if _sorts(view) else []),
            {
                "name": "limit",
                "in": "query",
                "description": "Rows of one page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
            },
            {
                "name": "after",
                "in": "query",
                "description": "Id of the last row seen.",
                "schema": {"type": "string", "format": "uuid"},
            },
        ]


def _sorts(view: "APIView | None") -> dict[str, str]:
    return getattr(view, "sorts", {})


def _order(request: Request, view: "APIView | None") -> str:
    """A field's name, with a minus for the highest first."""
    sorts = _sorts(view)
    asked = request.query_params.get("sort")
    if not sorts or asked is None:
        return next(iter(sorts.values()), NEWEST)
    if asked not in sorts:
        raise ValidationError({"sort": [_("One of: %(names)s.") % {"names": ", ".join(sorts)}]})
    return sorts[asked]


def _beyond(queryset: Any, order: str, after: UUID) -> Q:
    """What comes after that row in this order."""
    field, way = order.lstrip("-"), "lt" if order.startswith("-") else "gt"
    later = Q(**{f"pk__{way}": after})
    if field == "pk":
        return later
    last = queryset.model.objects.filter(pk=after).values_list(field, flat=True).first()
    if last is None:
        raise ValidationError({"after": [_("The id of a row.")]})
    return Q(**{f"{field}__{way}e": last}) & (Q(**{f"{field}__{way}": last}) | later)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(PAGE))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= LARGEST_PAGE):
        raise ValidationError({"limit": [_("A whole number from 1 to %(largest)d.") % {"largest": LARGEST_PAGE}]})
    return int(text)


def _after(request: Request) -> UUID | None:
    text = request.query_params.get("after")
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError({"after": [_("The id of a row.")]}) from None
