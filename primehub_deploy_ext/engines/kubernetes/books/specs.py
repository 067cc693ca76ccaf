"""A specification as it is written on objects that many may read: without the values of its environment. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.models import DeploymentSpec

Json = dict[str, Any]

# All annotations of an object together may have 256 KiB; an example of a wide table has more.
_LARGEST = 96 * 1024
_LEFT_OUT = "…"


def dump_spec(spec: DeploymentSpec) -> Json:
    """Return it as JSON; of the environment only the names."""
    body = spec.model_dump(mode="json", exclude_defaults=True)
    if spec.env:
        body["env"] = dict.fromkeys(spec.env, MASK)
    return body


def dump_small(spec: DeploymentSpec) -> str:
    """Return it as the text of an annotation; the model's example is left out where it is too large for one."""
    body = dump_spec(spec)
    text = _text(body)
    if len(text.encode()) > _LARGEST:
        model = {key: value for key, value in body["model"].items() if key not in {"example", "packages"}}
        text = _text({**body, "model": model, _LEFT_OUT: True})
    return text


def load_spec(body: Mapping[str, Any]) -> DeploymentSpec:
    """Return the specification that JSON describes.

    Raises
    ------
    ValueError
        If it describes none.
    """
    try:
        return DeploymentSpec.model_validate({key: value for key, value in body.items() if key != _LEFT_OUT})
    except ValidationError as error:
        raise ValueError(f"this is no specification: {error.error_count()} problems") from None


def load_small(text: str) -> DeploymentSpec:
    """Return the specification that an annotation describes; ``ValueError`` if it describes none."""
    return load_spec(json.loads(text))


def is_whole(text: str) -> bool:
    """Tell whether an annotation describes all of a specification."""
    return not json.loads(text).get(_LEFT_OUT)


def with_env(spec: DeploymentSpec, values: Mapping[str, str]) -> DeploymentSpec:
    """Return the specification with the values of its environment, as far as they are known."""
    if not spec.env:
        return spec
    return spec.model_copy(update={"env": {name: values.get(name, value) for name, value in spec.env.items()}})


def _text(body: Json) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
