"""Open Inference Protocol v2, JSON, with MLServer's ``content_type`` parameters.

https://github.com/open-inference/open-inference-protocol
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.runner import frames, outputs, tensors
from primehub_deploy_ext.runner.exchange import Request, RequestError, Response, answer, error, loads
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.protocols import Route, Routes
from primehub_deploy_ext.runner.tensors import InputTensor

_CONTENT_TYPES = ("np", "pd", "str", "json")


def routes(served: ServedModel, is_ready: Callable[[], bool]) -> Routes:
    """Return the protocol's routes for a model."""

    def ready(_: Request) -> Response:
        return answer({"ready": True}) if is_ready() else error("the replica is stopping", 503)

    def model_ready(_: Request) -> Response:
        return answer({"name": served.name, "ready": True}) if is_ready() else error("the replica is stopping", 503)

    server = answer({"name": "primehub-deploy-ext", "version": __version__, "extensions": []})
    alive = answer({"live": True})
    metadata = answer(model_metadata(served))
    found: Routes = {
        "/v2": Route("GET", lambda _: server),
        "/v2/health/live": Route("GET", lambda _: alive),
        "/v2/health/ready": Route("GET", ready),
    }
    for path in (f"/v2/models/{served.name}", f"/v2/models/{served.name}/versions/{served.version}"):
        found[path] = Route("GET", lambda _: metadata)
        found[f"{path}/ready"] = Route("GET", model_ready)
        found[f"{path}/infer"] = Route(
            "POST",
            lambda request: answer(infer(served, loads(request.body))),
            runs_model=True,
            service=f"/v2/models/{served.name}/infer",
        )
    return found


def model_metadata(served: ServedModel) -> dict[str, Any]:
    """Return the protocol's description of a model."""
    signature = served.signature
    found: dict[str, Any] = {
        "name": served.name,
        "versions": [served.version],
        "platform": served.platform,
        "inputs": [spec.to_json() for spec in signature.inputs] if signature else [],
        "outputs": [spec.to_json() for spec in signature.outputs] if signature else [],
    }
    if signature:
        found["parameters"] = {"content_type": signature.content_type}
    return found


def infer(served: ServedModel, body: Any) -> dict[str, Any]:
    """Answer an inference request.

    Raises
    ------
    RequestError
        When the request doesn't fit the protocol or the model; what the model raises is passed on.
    """
    if not isinstance(body, dict):
        raise RequestError("the body must be a JSON object with 'inputs'")
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise RequestError("inputs: must be a list with at least one tensor")
    request_id = body.get("id")
    if request_id is not None and not isinstance(request_id, str):
        raise RequestError("id: must be a string")
    parsed = [InputTensor.parse(value, f"inputs[{n}]") for n, value in enumerate(inputs)]
    wanted = tensors.content_type(body, "")
    method = served.method(tensors.parameters(body, "").get("method"), "parameters.method")
    requested = _requested_outputs(body)

    result = served.call(method, _decode(parsed, wanted, served))

    found = outputs.to_tensors(result, _output_names(served, method))
    if requested:
        found = _select(found, requested)
    reply: dict[str, Any] = {"model_name": served.name, "model_version": served.version, "outputs": found}
    if request_id is not None:
        reply["id"] = request_id
    return reply


def _decode(inputs: list[InputTensor], wanted: str | None, served: ServedModel) -> Any:
    signature = served.signature
    if wanted is None and len(inputs) == 1 and inputs[0].content_type in _CONTENT_TYPES:
        wanted = inputs[0].content_type
    if wanted is None:
        wanted = signature.content_type if signature else ("np" if len(inputs) == 1 else "pd")
    if wanted not in _CONTENT_TYPES:
        raise RequestError(f"parameters.content_type: {wanted!r} is not one of {', '.join(_CONTENT_TYPES)}")
    if wanted == "pd":
        return frames.from_tensors(inputs, signature)
    if len(inputs) > 1:
        names = ", ".join(f"'{tensor.name}'" for tensor in inputs)
        raise RequestError(f"inputs: content type '{wanted}' takes one tensor, got {names}")
    if wanted == "str":
        return _texts(inputs[0])
    if wanted == "json":
        values = [
            loads(text.encode(), f"{inputs[0].field}.data") if isinstance(text, str) else text
            for text in inputs[0].data
        ]
        return values[0] if len(values) == 1 else values
    values = inputs[0].array()
    if signature is not None and signature.content_type == "np":
        spec = signature.inputs[0]
        if not spec.takes(values.shape):
            raise RequestError(f"inputs[0].shape: the model takes {list(spec.shape)}, got {list(values.shape)}")
        return tensors.fit(values, spec, "inputs[0].data")
    return values


def _texts(tensor: InputTensor) -> list[str]:
    if tensor.datatype != "BYTES" or not all(isinstance(text, str) for text in tensor.data):
        raise RequestError(f"{tensor.field}: content type 'str' takes datatype BYTES with a flat list of strings")
    size = math.prod(tensor.shape)
    if size != len(tensor.data):
        raise RequestError(
            f"{tensor.field}.data: shape {list(tensor.shape)} takes {size} values, got {len(tensor.data)}"
        )
    return tensor.data  # type: ignore[no-any-return]


def _output_names(served: ServedModel, method: str) -> list[str]:
    if served.signature and served.signature.outputs and method == served.methods[0]:
        return [spec.name for spec in served.signature.outputs]
    return ["predict" if method == "__call__" else method]


def _requested_outputs(body: dict[str, Any]) -> list[str]:
    requested = body.get("outputs") or []
    if not isinstance(requested, list) or not all(
        isinstance(output, dict) and isinstance(output.get("name"), str) for output in requested
    ):
        raise RequestError("outputs: must be a list of objects with a 'name'")
    return [output["name"] for output in requested]


def _select(found: list[dict[str, Any]], requested: list[str]) -> list[dict[str, Any]]:
    by_name = {tensor["name"]: tensor for tensor in found}
    for name in requested:
        if name not in by_name:
            raise RequestError(f"outputs: there is no output '{name}'; there are: {', '.join(by_name)}")
    return [by_name[name] for name in requested]
