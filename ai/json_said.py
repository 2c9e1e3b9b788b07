"""The JSON in a model's words, which some models put into a code fence. Not believed: the caller looks at each value."""

import json
import re
from typing import Any

FENCED = re.compile(r"^```(?:json)?\s*(.*?)\s*```$", re.DOTALL)


def json_said(answer: str, *, longest: int | None = None) -> Any:
    """The value that the answer is, of its first `longest` characters. Raises ValueError when it is none, or nested too deep."""
    text = answer.strip()[:longest]
    match = FENCED.match(text)
    try:
        return json.loads(match[1] if match else text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
