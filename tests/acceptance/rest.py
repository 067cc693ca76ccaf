"""How the tests of this folder speak to a server: plain HTTP, as any program would."""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

import cloudpickle

from scripts.demo_server import Server


@dataclass(frozen=True)
class Answer:
    """What a test looks at."""

    status: int
    json: Any


def ask(server: Server, verb: str, path: str, body: Any = None) -> Answer:
    """Send one request to the API."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}primehub-deploy/v1/{path}", data, method=verb)
    request.add_header("Authorization", f"token {server.token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, json.loads(answer.read() or b"null"))
    except HTTPError as error:
        return Answer(error.code, json.loads(error.read() or b"null"))


def call(endpoint: str, id: str, value: float = 2.0) -> Answer:
    """Send one request to an endpoint."""
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [value]}]}
    request = urllib.request.Request(f"{endpoint}v2/models/{id}/infer", json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, json.loads(answer.read()))
    except HTTPError as error:
        return Answer(error.code, json.loads(error.read()))


def stored_model(server: Server) -> dict[str, Any]:
    """Store a model that doubles its input; return it as deployments name it."""
    data = cloudpickle.dumps(lambda x: x * 2)
    digest = hashlib.sha256(data).hexdigest()
    assert ask(server, "PUT", f"artifacts/{digest}", data).status == 201
    example = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1], "data": [1.0]}]}
    return {"artifact": digest, "size": len(data), "interpreter": sys.executable, "example": example}
