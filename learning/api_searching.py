"""What the API's searches have in common: the words, how many answers, and no connection while the words become a vector."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.api_door import Endpoint

LONGEST = 400  # characters of a search
MOST = 25  # answers
PARAMETERS = [
    OpenApiParameter("q", {"type": "string", "minLength": 1, "maxLength": LONGEST}, required=True),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 10}),
]


class SearchSerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=LONGEST)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)


class SearchEndpoint(Endpoint):
    """A search, with a limit of its own and no pages."""

    rate_kind = {"GET": "search"}
    pagination_class = None
    filter_backends = ()
    opens_doors_itself = True

    def asked(self) -> dict[str, Any]:
        """`q` and `limit`."""
        given = SearchSerializer(data=self.request.query_params)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)
