"""What every operation of the API has in common, told in the schema: the errors and their one shape."""

from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "For programs; stable."},
                "message": {"type": "string", "description": "For people."},
                "fields": {
                    "type": "object",
                    "description": "What is wrong with which part of the input.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
                "decided": {
                    "type": "object",
                    "description": "With the code `decided`: who was faster, when, and the state since.",
                    "required": ["by", "at", "state"],
                    "properties": {
                        "by": {"type": "string"},
                        "at": {"type": "string", "format": "date-time", "nullable": True},
                        "state": {"type": "string"},
                    },
                },
            },
        }
    },
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
WORDS = {
    "400": "The input cannot be used.",
    "401": "No token and no session, or a wrong one.",
    "403": "A session without its CSRF token, or a deed that needs a permission.",
    "404": "There is nothing here, or not for you.",
    "406": "The wanted media type is not to be had.",
    "409": "This cannot be done in the present state.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too many requests.",
    "503": "The database is away.",
}
ALWAYS = ("401", "406", "429", "503")
WITH_BODY = ("400", "413", "415")
UNSAFE = ("post", "put", "patch", "delete")


def tell_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for path in result["paths"].values():
        for method, operation in path.items():
            _tell(operation, method)
    return result


def _tell(operation: dict[str, Any], method: str) -> None:
    responses = operation["responses"]
    for code in sorted(_codes(operation, method) | (set(responses) & set(WORDS))):
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        responses[code] = {"description": WORDS[code], "content": content}
        if code in {"429", "503"}:
            responses[code]["headers"] = RETRY_AFTER


def _codes(operation: dict[str, Any], method: str) -> set[str]:
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    codes = set(ALWAYS)
    codes |= {"404"} if "path" in places else set()
    codes |= {"400"} if "query" in places else set()
    codes |= {"403"} if method in UNSAFE else set()
    return codes | (set(WITH_BODY) if "requestBody" in operation else set())
