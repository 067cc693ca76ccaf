"""A live model made into the ``model`` part of a request: described, pickled, stored."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from primehub_deploy_ext.client.drift import warn_of_drift
from primehub_deploy_ext.client.example import Description, adapter_for, describe_model
from primehub_deploy_ext.client.packing import package_version, packed
from primehub_deploy_ext.client.progress import new_progress
from primehub_deploy_ext.client.rest import RestClient, upload
from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.mask import MASK

Json = dict[str, Any]

# Bytes; storing more takes long enough to say so.
_LARGE = 100 * 2**20
_DECODED_WITH = {"np": ("numpy",), "pd": ("numpy", "pandas"), "json": ()}


def stored_model(
    rest: RestClient,
    model: Any,
    *,
    example: Any = None,
    adapter: str | None = None,
    env: Mapping[str, str] | None = None,
    image: str | None = None,
) -> Json:
    """Store a model's artifact and return ``domain.models.Model`` as JSON.

    Parameters
    ----------
    env
        Environment variables that the replicas will have; the model has them here too while it is asked.
    image
        What it is to run in (empty: the image of the engine), which is compared with this kernel; None: nothing yet.

    Raises
    ------
    InvalidInput
        When it is no model, fails on the example, or can't be pickled.
    """
    with described_model(model, example=example, adapter=adapter, env=env) as (description, path):
        if image is not None:
            warn_of_drift(rest, description, image)
        size = description["size"]
        if size > _LARGE:
            new_progress(description["class_name"]).note(f"Storing the model: {size / 2**20:.0f} MiB")
        upload(rest, description["artifact"], path, size)
        return description


def beside(stored: Json, image: str) -> Json:
    """Return a stored model that is run in an image of its own; empty: in that of the engine."""
    return {**stored, "image": image} if image else stored


@contextmanager
def described_model(
    model: Any, *, example: Any = None, adapter: str | None = None, env: Mapping[str, str] | None = None
) -> Iterator[tuple[Json, Path]]:
    """Give ``domain.models.Model`` as JSON, and the file with the artifact for as long as the block runs.

    Raises
    ------
    InvalidInput
        When it is no model, fails on the example, or can't be pickled.
    """
    interpreter = sys.executable
    if not interpreter or not os.path.isabs(interpreter):  # noqa: PTH117 (text, as the API takes it)
        raise InvalidInput(f"this Python doesn't know the path of its interpreter (sys.executable is {interpreter!r})")
    adapter = adapter_for(model, adapter)
    with _environment(env or {}):
        description = describe_model(model, adapter, example)
    with packed(model) as artifact:
        found = {
            "artifact": artifact.digest,
            "size": artifact.size,
            "serializer": "cloudpickle",
            "adapter": adapter,
            "class_name": class_name(model),
            "interpreter": interpreter,
            "python_version": platform.python_version(),
            "packages": {**_packages_to_decode(description), **artifact.packages},
            "signature": description.signature,
            "example": description.example,
        }
        yield found, artifact.path


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    # What can't be set, or stands for a value that is hidden, is the server's to judge.
    given = {name: value for name, value in env.items() if _can_be_set(name, value)}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _can_be_set(name: Any, value: Any) -> bool:
    texts = isinstance(name, str) and isinstance(value, str) and "\0" not in name + value
    return texts and bool(name) and "=" not in name and value != MASK


def class_name(model: Any) -> str:
    """Return the name of a model's type, or of the function itself, for people."""
    named = model if hasattr(model, "__qualname__") else type(model)
    module = "" if named.__module__ in ("builtins", "__main__") else f"{named.__module__}."
    return f"{module}{named.__qualname__}"[:512]


def _packages_to_decode(description: Description) -> dict[str, str]:
    if description.signature is None:
        return {}
    names = _DECODED_WITH[description.signature["content_type"]]
    return {name: version for name in names if (version := package_version(name)) is not None}
