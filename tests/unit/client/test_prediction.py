"""Which way leads to a model, and what is said where none does."""

from __future__ import annotations

from typing import Any, cast

import pytest

from primehub_deploy_ext.client.endpoint import Endpoint
from primehub_deploy_ext.client.errors import ServerUnreachable
from primehub_deploy_ext.client.prediction import Predictor
from primehub_deploy_ext.client.rest import RestClient

SERVICE = "http://iris.lab.svc.cluster.local/deployment/iris/"


class PassesOn:
    """A server that calls the model itself."""

    def predict(self, id: str, body: Any, **more: Any) -> dict[str, Any]:
        outputs = [{"name": "output", "datatype": "FP64", "shape": [1], "data": [6.0]}]
        answer = {"model_name": id, "outputs": outputs}
        return {"status": 200, "content_type": "application/json", "body": answer, "latency_ms": 1.0}


@pytest.fixture
def _nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def infer(*_: Any, **__: Any) -> Any:
        raise ServerUnreachable(f"the connection to {SERVICE} broke: Name or service not known")

    monkeypatch.setattr(Endpoint, "infer", infer)


def predicted(endpoint: str, token: str | None) -> Any:
    """Predict with a deployment of a cluster."""
    model = {"signature": None, "example": None}
    deployment = {
        "id": "iris",
        "engine": "kubernetes",
        "endpoint": endpoint,
        "revision": 1,
        "serving_revision": 1,
        "spec": {"model": model, "access": "public"},
    }
    predictor = Predictor(cast("RestClient", PassesOn()), deployment)
    return predictor.predict([[3.0]], method=None, timeout=1.0, token=token, refresh=lambda: None)


@pytest.mark.usefixtures("_nobody_answers")
def test_outside_of_the_cluster_the_server_is_the_way() -> None:
    assert list(predicted(SERVICE, None)) == [6.0]


@pytest.mark.usefixtures("_nobody_answers")
def test_outside_of_the_cluster_a_token_takes_a_route_and_the_way_out_is_named() -> None:
    with pytest.raises(ServerUnreachable, match="inside of the cluster only: from outside leave token out"):
        predicted(SERVICE, "dave.token")


@pytest.mark.usefixtures("_nobody_answers")
def test_a_public_address_that_does_not_answer_is_told_as_it_is() -> None:
    with pytest.raises(ServerUnreachable) as told:
        predicted("https://models.example.com/deployment/iris/", "dave.token")
    assert "inside of the cluster" not in told.value.message
