"""What every operation of the schema has: a summary and the one error shape."""

import re
from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields", "data", "request_id"],
            "properties": {
                "code": {"type": "string", "description": "Stable; tell errors apart by it.", "example": "slot_taken"},
                "message": {"type": "string", "description": "For people, in the language asked for."},
                "fields": {
                    "type": "object",
                    "description": "Messages per field of the request, nested ones as `blocks.0.starts_at`.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
                "data": {"type": "object", "additionalProperties": True, "description": "Facts of this error."},
                "request_id": {"type": "string", "description": "Mention it when you report a problem."},
            },
        }
    },
}
METHODS = ("get", "post", "put", "patch", "delete")


def complete_operations(result: dict[str, Any], generator: object, request: object, public: bool) -> dict[str, Any]:
    """Give each operation a summary, the first sentence of its docstring, and a `default` response, the error.

    A postprocessing hook of drf-spectacular.
    """
    result["components"].setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                operation = path[method]
                operation["summary"] = first_sentence(operation.get("description", ""))
                operation["responses"]["default"] = {"description": "Refused; see `code`.", "content": content}
    return result


def first_sentence(text: str) -> str:
    return re.split(r"\.(?:\s|$)|\n\n", text, maxsplit=1)[0].replace("\n", " ")
