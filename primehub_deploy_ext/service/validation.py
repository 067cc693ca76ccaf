"""From the bytes of a request to a checked value, or to an error that names each wrong field."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import pydantic_core
from pydantic import BaseModel, ValidationError

from primehub_deploy_ext.domain.errors import InvalidInput

# Enough to correct a form; a hostile body must not come back as megabytes of complaints.
_MOST_FIELDS = 20
_LONGEST_PATH = 200

ModelT = TypeVar("ModelT", bound=BaseModel)


def parse_body(kind: type[ModelT], body: bytes) -> ModelT:
    """Check a JSON body against a model; an empty body counts as ``{}``.

    Raises
    ------
    InvalidInput
        If the body is not JSON, not an object, or breaks a rule.
    """
    value = parse_object(body)
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        # The cause repeats the input, which may hold secrets: it stays out of every log.
        raise invalid_input(error) from None


def check_change(change: BaseModel, nullable: Collection[str] = ()) -> None:
    """Refuse a change that changes nothing, and null where it says nothing.

    Parameters
    ----------
    nullable
        Fields in which null means something: no limit, all groups.

    Raises
    ------
    InvalidInput
        Names the fields.
    """
    if not change.model_fields_set:
        raise InvalidInput("nothing to change: send at least one field")
    nulls = [name for name in change.model_fields_set if getattr(change, name) is None and name not in nullable]
    if nulls:
        fields = [{"field": name, "message": "must not be null: leave it out to keep it"} for name in sorted(nulls)]
        raise InvalidInput("; ".join(f"{field['field']}: {field['message']}" for field in fields), fields=fields)


def parse_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; an empty body counts as ``{}``.

    Raises
    ------
    InvalidInput
        If the body is not JSON, or not an object.
    """
    try:
        # This parser refuses what could not be sent out again: NaN, half surrogates, bottomless nesting.
        value = pydantic_core.from_json(body, allow_inf_nan=False) if body.strip() else {}
    except ValueError as error:
        raise InvalidInput(f"the body is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"the body must be a JSON object, not {_json_type(value)}")
    return value


def invalid_input(error: ValidationError) -> InvalidInput:
    """Tell a caller what pydantic found, without repeating the values that were sent."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [
        {"field": field_path(problem["loc"]), "message": _sentence(problem["type"], problem["msg"])}
        for problem in problems[:_MOST_FIELDS]
    ]
    told = "; ".join(
        f"{field['field']}: {field['message']}" if field["field"] else field["message"] for field in fields
    )
    more = len(problems) - len(fields)
    return InvalidInput(f"{told}; and {more} more" if more else told, fields=fields)


def field_path(location: tuple[int | str, ...]) -> str:
    """Write a place in the input with dots: ``("model", "signature", "inputs", 0)`` → ``model.signature.inputs.0``."""
    path = ".".join(str(part) for part in location if part != "[key]")
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not a known field"
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:] if text.startswith(("String ", "Dictionary ", "List ")) else text


def _json_type(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")
