"""Operations and models put into the words of OpenAPI 3.1."""

from __future__ import annotations

import json
import re
from functools import cache
from http import HTTPStatus
from typing import Any, TypeGuard, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.domain.models import ErrorBody
from primehub_deploy_ext.openapi.operations import NDJSON, OPERATIONS, Operation

_SCHEMAS = "#/components/schemas/{model}"
_ALWAYS = (401, 403, 503)
_PATH_PARAMETERS = {
    "id": {"type": "string"},
    "number": {"type": "integer", "minimum": 1},
    "group": {"type": "string"},
    "name": {"type": "string"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}

References = dict[tuple[type[BaseModel], JsonSchemaMode], dict[str, Any]]


class _WholeAnswers(GenerateJsonSchema):
    """Answers have all of their fields, whatever may be left out of requests."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


@cache
def document_text() -> str:
    """Return the document as it is served and committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """Build the document."""
    references, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/{operation.route}", {})[operation.verb.lower()] = _describe(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "primehub-deploy-ext",
            "version": __version__,
            "description": "Model Deployment. Times are UTC in ISO 8601, sizes are bytes, durations are seconds.",
        },
        "servers": [{"url": "/primehub-deploy/v1", "description": "below the base URL of the Jupyter server"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token <token of the server>`; browsers send their cookie and X-XSRFToken",
                }
            },
            "schemas": schemas,
        },
    }


def _schemas() -> tuple[References, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ErrorBody, "serialization"): None}
    for operation in OPERATIONS:
        if _is_model(operation.body):
            wanted[operation.body, "validation"] = None
        if _is_model(operation.answer):
            wanted[operation.answer, "serialization"] = None
        for other in (operation.preview, operation.between):
            if other is not None:
                wanted[other, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=_SCHEMAS, schema_generator=_WholeAnswers)
    return cast("References", references), dict(sorted(definitions["$defs"].items()))


def _describe(operation: Operation, references: References) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS[name]}
        for name in re.findall(r"\{(\w+)\}", operation.route)
    ]
    parameters += [
        {"name": query.name, "in": "query", "description": query.description, "schema": query.schema}
        for query in operation.parameters
    ]
    if operation.if_match:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "description": "ETag that the caller saw: 409 when it has changed since",
                "schema": {"type": "string"},
            }
        )
    if parameters:
        described["parameters"] = parameters
    if operation.body is bytes:
        described["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    elif operation.body is not None:
        schema = references[operation.body, "validation"] if _is_model(operation.body) else {}
        content = {"application/json": {"schema": schema}}
        described["requestBody"] = {"required": operation.body_required, "content": content}
    described["responses"] = _successes(operation, references) | {
        str(status): _error(status, operation, references) for status in sorted({*operation.errors, *_ALWAYS})
    }
    return described


def _successes(operation: Operation, references: References) -> dict[str, Any]:
    successes = {str(operation.status): _success(operation, references)}
    if operation.preview is not None:
        preview = {"schema": references[operation.preview, "serialization"]}
        if "200" in successes:
            content = successes["200"]["content"]["application/json"]
            content["schema"] = {"anyOf": [content["schema"], preview["schema"]]}
        else:
            description = f"{HTTPStatus.OK.phrase}, with dry_run=1"
            successes["200"] = {"description": description, "content": {"application/json": preview}}
    return successes


def _success(operation: Operation, references: References) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is not None:
        schema = references[operation.answer, "serialization"] if _is_model(operation.answer) else {"type": "object"}
        if operation.between is not None:
            schema = {"anyOf": [schema, references[operation.between, "serialization"]]}
        response["content"] = {
            media: {"schema": {"type": "string"} if media.startswith("text/") else schema} for media in operation.media
        }
    if NDJSON in operation.media:
        response["description"] = "one JSON value per line"
    return response


def _error(status: int, operation: Operation, references: References) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if operation.verb != "HEAD":
        response["content"] = {"application/json": {"schema": references[ErrorBody, "serialization"]}}
    return response


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
