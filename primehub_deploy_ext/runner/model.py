"""A loaded model under the name that it is served as."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path
from typing import Any

from primehub_deploy_ext.runner import adapters
from primehub_deploy_ext.runner.adapters import Adapter
from primehub_deploy_ext.runner.exchange import RequestError
from primehub_deploy_ext.runner.failure import ReplicaFailedError
from primehub_deploy_ext.runner.order import ReplicaOrder
from primehub_deploy_ext.runner.signature import Signature


class ServedModel:
    """A model, the adapter that calls it, and what is known about it.

    Parameters
    ----------
    name, version
        What callers know it by.
    model
        The object itself.
    adapter_name, adapter
        How it is called.
    signature
        What it takes and gives, where that was recorded.
    """

    def __init__(
        self, name: str, version: str, model: Any, adapter_name: str, adapter: Adapter, signature: Signature | None
    ) -> None:
        self.name = name
        self.version = version
        self.platform = adapter_name
        self.signature = signature
        self.methods = adapter.methods(model)
        self.takes_feedback = callable(getattr(model, "send_feedback", None))
        self._model = model
        self._adapter = adapter
        self._rows: int | None = None

    @classmethod
    def load(cls, order: ReplicaOrder) -> ServedModel:
        """Load the model of an order; it is the caller's code that runs here.

        Raises
        ------
        ReplicaFailedError
            ``ArtifactMissing`` or ``ModelLoadFailed``.
        """
        if order.serializer != "cloudpickle":
            raise ReplicaFailedError(
                "ModelLoadFailed", f"serializer '{order.serializer}' is not known; there is: cloudpickle"
            )
        try:
            adapter = adapters.by_name(order.adapter)
        except LookupError as error:
            raise ReplicaFailedError("ModelLoadFailed", str(error)) from error
        try:
            artifact = Path(order.artifact).open("rb")  # noqa: SIM115 (its errors are not those of loading)
        except OSError as error:
            message = f"the artifact {order.artifact} can't be read: {error.strerror}"
            raise ReplicaFailedError("ArtifactMissing", message) from error
        try:
            with artifact:
                model = pickle.load(artifact)  # noqa: S301 (what the user deployed is what runs)
        except BaseException as error:
            raise ReplicaFailedError.because("ModelLoadFailed", error) from error
        signature = None if order.signature is None else Signature.from_json(order.signature)
        served = cls(order.deployment, str(order.revision), model, order.adapter, adapter, signature)
        if not served.methods:
            message = f"adapter '{order.adapter}' finds no method to call on a {type(model).__qualname__}"
            raise ReplicaFailedError("ModelLoadFailed", message)
        return served

    def method(self, wanted: Any, field: str) -> str:
        """Return the method that a request asks for, the default if it asks for none."""
        if wanted is None:
            return self.methods[0]
        if wanted not in self.methods:
            raise RequestError(f"{field}: the model has no method {wanted!r}; it has: {', '.join(self.methods)}")
        return str(wanted)

    def call(self, method: str, data: Any) -> Any:
        """Call the model; what it raises is passed on."""
        self._rows = _rows_of(data)
        return self._adapter.call(self._model, method, data)

    def send_feedback(self, features: Any, names: list[str], reward: float | None, truth: Any, routing: Any) -> None:
        """Tell the model what a prediction was worth; only one that takes feedback."""
        given: tuple[Any, ...] = (features, names, reward, truth, routing)
        try:
            inspect.signature(self._model.send_feedback).bind(*given)
        except TypeError:  # as older Seldon models have it: without the routing
            given = given[:-1]
        except ValueError:  # built-in: it tells nothing about itself
            pass
        self._model.send_feedback(*given)

    def take_rows(self) -> int | None:
        """Return the size of the last batch, once; None if the model was not called since."""
        rows, self._rows = self._rows, None
        return rows

    def class_names(self, method: str) -> list[str] | None:
        """Return the names of the columns that a method gives, where the model knows them."""
        if method in ("predict_proba", "predict_log_proba"):
            return self._adapter.class_names(self._model)
        return None


def _rows_of(data: Any) -> int:
    """Return how many things a prediction is about: rows of arrays and frames, items of lists, else one."""
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple):
        return int(shape[0]) if shape else 1
    return len(data) if isinstance(data, list) else 1
