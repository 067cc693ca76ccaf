"""Seldon's feedback: what a prediction turned out to be worth (``request``, ``response``, ``reward``, ``truth``).

The reward is counted, zero as well; a model that has ``send_feedback(features, feature_names, reward, truth,
routing=None)`` is called with it. Feedback that names no reward is handed to the model and not counted: nothing said
is not zero.
"""

from __future__ import annotations

import math
from typing import Any

from primehub_deploy_ext.runner.exchange import Request, RequestError, Response, answer
from primehub_deploy_ext.runner.model import ServedModel
from primehub_deploy_ext.runner.protocols import Route, Routes
from primehub_deploy_ext.runner.protocols.seldon import message_data, read_body

PATHS = ("/api/v1.0/feedback", "/api/v0.1/feedback")


def routes(served: ServedModel) -> Routes:
    """Return the protocol's routes for a model."""

    def feedback(request: Request) -> Response:
        return take(served, read_body(request))

    return {path: Route("POST", feedback, runs_model=True, service="/send-feedback") for path in PATHS}


def take(served: ServedModel, body: Any) -> Response:
    """Take feedback.

    Raises
    ------
    RequestError
        When it doesn't fit the protocol; what the model raises is passed on.
    """
    if not isinstance(body, dict):
        raise RequestError(
            "the body must be a JSON object with 'reward', and 'request', 'response' and 'truth' if known"
        )
    reward = body.get("reward")
    if reward is not None and (
        isinstance(reward, bool) or not isinstance(reward, (int, float)) or not math.isfinite(reward)
    ):
        raise RequestError("reward: must be a number")
    if served.takes_feedback:
        features, names = message_data(served, body, "request", as_input=True)
        truth, _ = message_data(served, body, "truth", as_input=False)
        served.send_feedback(features, names, reward, truth, _routing(body))
    response = answer({"meta": {}})
    response.reward = None if reward is None else float(reward)
    return response


def _routing(body: dict[str, Any]) -> Any:
    meta = body["response"].get("meta") if isinstance(body.get("response"), dict) else None
    return meta.get("routing") if isinstance(meta, dict) else None
