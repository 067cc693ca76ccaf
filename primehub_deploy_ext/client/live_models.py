"""Models among the variables of a running notebook: found when somebody asks, made ready to be deployed when chosen.

JupyterLab asks by evaluating an expression in the kernel. The answers are objects that IPython shows as JSON, and are
never seen by people. Nothing is called here but what says whether a model is fitted: finding takes milliseconds.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.client.local_modules import is_local
from primehub_deploy_ext.client.shell import running_shell
from primehub_deploy_ext.domain.errors import DeployError, InvalidInput

Json = dict[str, Any]

# A form that lists more columns is not read.
MAX_COLUMNS = 50
MAX_MODELS = 50
# Names under which people keep the data that a model takes, the likeliest first.
_DATA_NAMES = ("x_test", "x_train", "x_valid", "x_val", "x", "test", "train", "data", "df")


@dataclass(frozen=True)
class LiveModel:
    """A variable that can be deployed.

    Parameters
    ----------
    name
        Of the variable.
    aliases
        Other variables that hold the same object.
    class_name
        Its type, or the function's own name.
    adapter
        How it would be called.
    fitted
        None where that is not known: only scikit-learn tells.
    features
        Names of its columns, where it knows them.
    feature_count
        How many columns it takes, where it knows.
    examples
        Variables that hold data it can take, the best first.
    """

    name: str
    class_name: str
    adapter: str
    fitted: bool | None = None
    features: tuple[str, ...] = ()
    feature_count: int | None = None
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = field(default=())

    def to_json(self) -> Json:
        """Return it as the page takes it."""
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "class_name": self.class_name,
            "adapter": self.adapter,
            "fitted": self.fitted,
            "features": list(self.features[:MAX_COLUMNS]),
            "feature_count": self.feature_count,
            "examples": list(self.examples),
        }


class Answer:
    """A JSON value on its way to the page."""

    def __init__(self, value: Json) -> None:
        self.value = value

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Json:  # noqa: ARG002 (IPython's)
        return {"application/json": self.value, "text/plain": ""}


def answer_models(namespace: Mapping[str, Any] | None = None) -> Answer:
    """Return the models among the variables of the notebook, as JSON."""
    return Answer({"models": [model.to_json() for model in find_models(_variables(namespace))]})


def answer_model(name: str, example: str | None = None, namespace: Mapping[str, Any] | None = None) -> Answer:
    """Store a variable's model on the server and return what a deployment of it begins with, as JSON.

    Parameters
    ----------
    name
        Of the variable.
    example
        Variable with data that it takes; without one, an example is derived where that can be.

    What is wrong with the model, or with the way to the server, is part of the answer: the page shows the sentence.
    """
    variables = _variables(namespace)
    try:
        model = _variable(variables, name)
        data = None if example is None else _variable(variables, example)
        return Answer({"model": _stored(model, data), "problem": None})
    except DeployError as error:
        return Answer({"model": None, "problem": str(error)})


def find_models(variables: Mapping[str, Any]) -> list[LiveModel]:
    """Return what can be deployed: fitted models first, functions last, newer ones before older."""
    by_object: dict[int, list[str]] = {}
    for name, value in variables.items():
        if not name.startswith("_") and _may_be_model(value):
            by_object.setdefault(id(value), []).append(name)
    data = dict(_data(variables))
    found = [_described(variables[names[-1]], names, data) for names in by_object.values()]
    models = [model for model in found if model is not None]
    # Names come in the order in which they were first used.
    models.reverse()
    models.sort(key=lambda model: _rank(model, variables[model.name]))
    return models[:MAX_MODELS]


def _variables(namespace: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if namespace is not None:
        return namespace
    shell = running_shell()
    if shell is None:
        return {}
    hidden = shell.user_ns_hidden
    return {
        name: value
        for name, value in list(shell.user_ns.items())
        if name not in hidden or hidden[name] is not value  # what IPython itself put there
    }


def _variable(variables: Mapping[str, Any], name: str) -> Any:
    if name not in variables:
        raise InvalidInput(f"there is no variable {name!r} any more: run the cell that makes it, and look again")
    return variables[name]


def _stored(model: Any, example: Any) -> Json:
    from primehub_deploy_ext.client.discovery import find_server
    from primehub_deploy_ext.client.rest import RestClient
    from primehub_deploy_ext.client.submission import stored_model

    return stored_model(RestClient(find_server(None, None)), model, example=example)


def _may_be_model(value: Any) -> bool:
    """Tell whether a person may mean it when they say model: not what a library brought, nor what is deployed."""
    from primehub_deploy_ext.client.handle import DeploymentHandle

    if isinstance(value, DeploymentHandle):
        return False
    try:
        return _predicts(value)
    except Exception:  # noqa: BLE001 (an object that can't be asked is no model that can be offered)
        return False


def _predicts(value: Any) -> bool:
    if inspect.isroutine(value):
        return inspect.isfunction(value) and _is_own(value)
    kind = type(value)
    if callable(getattr(value, "predict", None)):
        return not inspect.isclass(value) and not inspect.ismodule(value)
    # Objects that can only be called are as good as functions: those of a class of one's own.
    return callable(value) and not inspect.isclass(value) and _is_own(kind)


def _is_own(thing: Any) -> bool:
    """Tell whether it was written in the notebook or beside it."""
    module = getattr(thing, "__module__", None)
    if module == "__main__":
        return True
    found = sys.modules.get(module) if isinstance(module, str) else None
    return found is not None and is_local(found)


def _described(model: Any, names: list[str], data: Mapping[str, tuple[Any, int]]) -> LiveModel | None:
    from primehub_deploy_ext.client.submission import class_name
    from primehub_deploy_ext.runner import adapters

    try:
        adapter = adapters.recognise(model)
        if adapter is None:
            return None
        features = _features(model)
        count = getattr(model, "n_features_in_", None)
        count = count if isinstance(count, int) else (len(features) or None)
        return LiveModel(
            name=names[-1],
            aliases=tuple(names[:-1]),
            class_name=class_name(model),
            adapter=adapter,
            fitted=_fitted(model) if adapter == "sklearn" else None,
            features=features,
            feature_count=count,
            examples=tuple(_examples(features, count, data)),
        )
    except Exception:  # noqa: BLE001 (as above)
        return None


def _features(model: Any) -> tuple[str, ...]:
    names = getattr(model, "feature_names_in_", None)
    return () if names is None else tuple(str(name) for name in names)


def _fitted(model: Any) -> bool | None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    except Exception:  # noqa: BLE001 (an estimator of one's own may be unlike others)
        return None
    return True


def _data(variables: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, int]]]:
    """Yield variables that hold tables, with the number of their columns."""
    from primehub_deploy_ext.client import tensors

    for name, value in variables.items():
        if name.startswith("_"):
            continue
        if (tensors.is_frame(value) or (tensors.is_array(value) and value.ndim == 2)) and len(value) > 0:
            yield name, (value, int(value.shape[1]))


def _examples(features: tuple[str, ...], count: int | None, data: Mapping[str, tuple[Any, int]]) -> list[str]:
    """Return the variables that hold exactly the columns that a model takes."""
    if count is None:
        return []
    fitting = []
    for name, (value, width) in data.items():
        columns = getattr(value, "columns", None)
        if width != count or (features and columns is not None and tuple(map(str, columns)) != features):
            continue
        # A model that knows names is best shown them.
        fitting.append(((bool(features) and columns is None), _likeliness(name), name))
    return [name for *_, name in sorted(fitting)]


def _likeliness(name: str) -> int:
    lower = name.lower()
    exact = next((place for place, known in enumerate(_DATA_NAMES) if lower == known), None)
    return len(_DATA_NAMES) if exact is None else exact


def _rank(model: LiveModel, value: Any) -> int:
    if model.fitted:
        return 0
    if inspect.isfunction(value):
        return 2
    return 3 if model.fitted is False else 1
