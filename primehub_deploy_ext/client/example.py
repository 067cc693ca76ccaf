"""What a model takes and gives, learnt by asking it here what a replica will ask it there.

The example is decoded and the model called by the very code of the replica (``runner.protocols.oip``), so that
what works here works there.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from primehub_deploy_ext.client import tensors
from primehub_deploy_ext.client.wording import a_kind
from primehub_deploy_ext.domain.errors import InvalidInput

MAX_ROWS = 5
_MAX_BYTES = 1 << 20
_MAX_VECTOR = 1024
_MAX_DERIVED = 10_000
# Ranges are learnt from at most so many rows.
_MAX_RANGED = 10_000

Json = dict[str, Any]


@dataclass(frozen=True)
class Description:
    """What is recorded with a model: ``signature`` and ``example`` of ``domain.models.Model`` as JSON."""

    signature: Json | None = None
    example: Json | None = None


def adapter_for(model: Any, wanted: str | None = None) -> str:
    """Return the name of the adapter that calls the model.

    Raises
    ------
    InvalidInput
        When nothing can, with what is accepted.
    """
    from primehub_deploy_ext.runner import adapters

    if wanted is not None:
        if wanted not in adapters.names():
            raise InvalidInput(f"adapter: {wanted!r} is not one of {', '.join(adapters.names())}")
        return wanted
    found = adapters.recognise(model)
    if found is None:
        kind, hint = a_kind(model), "wrap it in a function that takes the data"
        if isinstance(model, type):
            kind, hint = f"the class {model.__qualname__}", "give an instance of it"
        elif isinstance(model, (str, os.PathLike)):
            hint = "load the model first, and give what was loaded"
        raise InvalidInput(
            f"model: {kind} can't be served. A model is a scikit-learn estimator, any object with predict(), or a "
            f"function; {hint}",
            fields=[{"field": "model", "message": "is not something that predicts"}],
        )
    return found


def describe_model(model: Any, adapter: str, example: Any = None) -> Description:
    """Return the signature and the example of a model.

    Parameters
    ----------
    model
        The live object; it is called.
    adapter
        How.
    example
        A few rows of data as the model takes them. Without it, scikit-learn models tell their number or names of
        features, and a row of zeros is tried.

    Raises
    ------
    InvalidInput
        When the model fails on the example, with its own exception.
    """
    if example is None:
        return _derived(model, adapter)
    error: Exception | None = None
    for candidate, free_batch in _candidates(example, adapter):
        signature, request = _describe_input(candidate, free_batch, whole=example)
        try:
            outputs = _outputs(model, adapter, signature, request)
        except Exception as failure:  # noqa: BLE001 (whatever the model raises)
            error = error or failure
            continue
        signature["outputs"] = _describe_outputs(outputs, request, free_batch)
        return Description(signature, request if _size(request) <= _MAX_BYTES else None)
    raise InvalidInput(
        f"example: the model fails on it: {type(error).__name__}: {error}",
        fields=[{"field": "example", "message": str(error)}],
    ) from error


def _candidates(example: Any, adapter: str) -> Iterator[tuple[Any, bool]]:
    """Yield what to store as the example: a few rows, or all of it where the first axis isn't rows."""
    if adapter == "sklearn" and isinstance(example, (list, tuple)):
        import numpy as np

        example = np.asarray(example)
    if tensors.is_frame(example):
        if len(example) == 0:
            raise InvalidInput("example: the data frame has no rows")
        yield example.iloc[:MAX_ROWS], True
    elif tensors.is_series(example) or (tensors.is_array(example) and example.ndim > 0):
        if example.size == 0:
            raise InvalidInput("example: the array is empty")
        if adapter == "sklearn" or example.ndim > 1 or example.size > _MAX_VECTOR:
            yield example[:MAX_ROWS], True
        yield example, example.ndim == 1
    else:
        yield example, False


def _describe_input(data: Any, free_batch: bool, whole: Any) -> tuple[Json, Json]:
    request = tensors.request_for(data, None)
    content_type = request["parameters"]["content_type"]
    # Ranges are those of all the data that was given, types and shapes those of what is kept.
    ranged = request
    if free_batch and content_type != "json":
        ranged = tensors.request_for(_same_kind(whole, data)[:_MAX_RANGED], None)
    inputs = []
    for kept, full in zip(request["inputs"], ranged["inputs"], strict=True):
        described = tensors.describe({**kept, "data": full["data"]}, free_batch=free_batch)
        # A column may hold a missing number only below the first rows.
        if kept["datatype"] != full["datatype"] and full["datatype"].startswith("FP"):
            described["datatype"] = kept["datatype"] = full["datatype"]
        inputs.append(described)
    return {"content_type": content_type, "inputs": inputs, "outputs": []}, request


def _same_kind(whole: Any, kept: Any) -> Any:
    if tensors.is_array(kept) and not tensors.is_array(whole):
        import numpy as np

        return np.asarray(whole)
    return whole


def _outputs(model: Any, adapter: str, signature: Json, request: Json) -> list[Json]:
    from primehub_deploy_ext.runner import adapters
    from primehub_deploy_ext.runner.exchange import dumps
    from primehub_deploy_ext.runner.model import ServedModel
    from primehub_deploy_ext.runner.protocols import oip
    from primehub_deploy_ext.runner.signature import Signature

    how = adapters.by_name(adapter)
    if not how.methods(model):
        raise InvalidInput(f"adapter '{adapter}' finds no method to call on a {type(model).__qualname__}")
    served = ServedModel("model", "0", model, adapter, how, Signature.from_json(signature))
    # Through JSON and back, because that is what a replica gets.
    answer = oip.infer(served, json.loads(json.dumps(request)))
    return list(json.loads(dumps(answer))["outputs"])


def _describe_outputs(outputs: list[Json], request: Json, free_batch: bool) -> list[Json]:
    rows = request["inputs"][0]["shape"][:1]
    return [tensors.describe(output, free_batch=free_batch and output["shape"][:1] == rows) for output in outputs]


def _size(request: Json) -> int:
    return len(json.dumps(request))


# ------------------------------------------------------------------ without an example


def _derived(model: Any, adapter: str) -> Description:
    if adapter != "sklearn":
        return Description()
    example = _zeros(model)
    if example is None:
        _refuse_unfitted(model)
        return Description()
    with warnings.catch_warnings():
        # What a row of zeros makes a model warn of says nothing about the model.
        warnings.simplefilter("ignore")
        try:
            found = describe_model(model, adapter, example)
        except Exception:  # noqa: BLE001 (an example that the model can't take is none)
            return Description()
        if _takes_texts(model, example):
            return Description()
    signature = dict(found.signature or {}, derived=True)
    for tensor in signature["inputs"] + signature["outputs"]:
        tensor.pop("minimum", None)
        tensor.pop("maximum", None)
    return Description(signature, found.example)


def _refuse_unfitted(model: Any) -> None:
    """Raise for a model that was never fitted; only asking it tells, for custom parts mark that in no common way.

    One that was fitted on something else than numbers fails with another exception, or not at all.
    """
    from sklearn.exceptions import NotFittedError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.predict([[0.0]])
        except NotFittedError as error:
            raise InvalidInput(
                f"model: it is not fitted yet: {error}", fields=[{"field": "model", "message": "is not fitted yet"}]
            ) from error
        except Exception:  # noqa: BLE001, S110 (what it takes is not known)
            pass


def _zeros(model: Any) -> Any:
    count = getattr(model, "n_features_in_", None)
    if not isinstance(count, int) or not 0 < count <= _MAX_DERIVED:
        return None
    import numpy as np

    names = getattr(model, "feature_names_in_", None)
    pandas = sys.modules.get("pandas")
    if names is None or pandas is None:
        return np.zeros((1, count))
    return pandas.DataFrame(np.zeros((1, count)), columns=[str(name) for name in names])


def _takes_texts(model: Any, example: Any) -> bool:
    """Tell whether some column may hold texts: what zeros say about types would then be wrong.

    Encoders that ignore unknown categories take zeros without complaint.
    """
    if not tensors.is_frame(example):
        return False
    for column in example.columns:
        try:
            model.predict(example.assign(**{column: "text"}))
        except Exception:  # noqa: BLE001, S112 (failing is the answer "no")
            continue
        return True
    return False
