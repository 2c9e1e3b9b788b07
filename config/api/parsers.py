"""JSON bodies, read with a limit: a body that is too long, too deep or not UTF-8 is refused before it costs anything."""

import json
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from accounts.api_faults import TooLarge


class BoundedJSON(BaseParser):
    """`application/json` of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, in UTF-8, without NaN and Infinity."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("This is not JSON: %(reason)s.") % {"reason": _reason(error)}) from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _reason(error: ValueError) -> str:
    """Where it broke, without quoting what was sent."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, column {error.colno}"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
