"""Data in, predictions out: which model serves, which way leads to it, and what to try when either has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from primehub_deploy_ext.client import tensors
from primehub_deploy_ext.client.endpoint import Endpoint
from primehub_deploy_ext.client.errors import ServerUnreachable
from primehub_deploy_ext.domain.errors import InvalidInput, Unauthenticated

if TYPE_CHECKING:
    from primehub_deploy_ext.client.rest import RestClient

Json = dict[str, Any]


class Predictor:
    """Calls a deployment: its endpoint, or the server where that is the only way without a token.

    It is for a private endpoint, and for one inside of a cluster that this kernel is not in.

    Parameters
    ----------
    rest
        The server it lives on.
    deployment
        As the server gave it.
    """

    def __init__(self, rest: RestClient, deployment: Json) -> None:
        self._rest = rest
        self._deployment = deployment
        self._endpoint = Endpoint(deployment)
        self._signatures: dict[int, Json | None] = {}
        self._out_of_reach = False

    def take(self, deployment: Json) -> None:
        """Go by what the server said last."""
        moved = deployment["endpoint"] != self._deployment["endpoint"]
        self._deployment = deployment
        if moved:
            self._endpoint = Endpoint(deployment)
            self._out_of_reach = False

    def predict(
        self,
        X: Any,  # noqa: N803 (as scikit-learn)
        *,
        method: str | None,
        timeout: float,
        token: str | None,
        refresh: Callable[[], object],
    ) -> Any:
        """Send data and return what the model says; see ``DeploymentHandle.predict``.

        Parameters
        ----------
        refresh
            Asks the server anew; :meth:`take` is told what it says.
        """
        before = self._facts()
        try:
            reply = self._infer(X, method, timeout, token)
        except (InvalidInput, ServerUnreachable, Unauthenticated):
            # Another model may serve by now, the gateway be back at another address, or the endpoint be private.
            refresh()
            if self._facts() == before:
                raise
            reply = self._infer(X, method, timeout, token)
        return tensors.result_of(reply, X)

    def _infer(self, X: Any, method: str | None, timeout: float, token: str | None) -> Json:  # noqa: N803
        request = tensors.request_for(X, self._signature(), method)
        if token is None and (self._is_private() or self._out_of_reach):
            return self._by_server(request, timeout)
        try:
            return self._endpoint.infer(request, timeout, token)
        except ServerUnreachable as error:
            if token is not None and self._is_inside():
                raise ServerUnreachable(
                    f"{error.message}. This address is known inside of the cluster only: from outside leave token out "
                    "to go through the server, or ask an administrator for a route"
                ) from error
            if token is not None or self._deployment.get("engine") != "kubernetes":
                raise
            answer = self._by_server(request, timeout)
            # The name of a service inside of a cluster means nothing outside of it: no need to try again.
            self._out_of_reach = True
            return answer

    def _by_server(self, request: Json, timeout: float) -> Json:
        prediction = self._rest.predict(self._deployment["id"], request, timeout=timeout)
        return self._endpoint.answered(prediction)

    def _facts(self) -> tuple[str, int, bool]:
        """What decides where a request goes and what it looks like."""
        return self._deployment["endpoint"], self._served_revision(), self._is_private()

    def _is_private(self) -> bool:
        return bool(self._deployment["spec"].get("access") == "private")

    def _is_inside(self) -> bool:
        """Whether the endpoint is a Service of a cluster, which nobody outside of it can look up."""
        return "svc" in (urlsplit(self._deployment["endpoint"]).hostname or "").split(".")

    def _served_revision(self) -> int:
        return int(self._deployment.get("serving_revision") or self._deployment["revision"])

    def _signature(self) -> Json | None:
        """Return what the model that serves takes; while another one is rolled out, ``spec`` is of that one."""
        number = self._served_revision()
        if number == self._deployment["revision"]:
            signature = self._deployment["spec"]["model"].get("signature")
        elif number in self._signatures:
            signature = self._signatures[number]
        else:
            signature = self._rest.revision(self._deployment["id"], number)["spec"]["model"].get("signature")
        self._signatures = {number: signature}
        return signature  # type: ignore[no-any-return]
