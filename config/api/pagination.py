"""Keyset pagination: a page starts after the last row seen, so it costs the same at any depth."""

from rest_framework.pagination import CursorPagination


class Keyset(CursorPagination):
    page_size = 25
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = "-created_at"
