"""Whether this image has the libraries that the model was trained with."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from primehub_deploy_ext.domain.drift import Drift, Libraries, drift_between
from primehub_deploy_ext.runner.exchange import Request, RequestError, Response, answer, loads

_MOST_NAMES = 256


@dataclass(frozen=True)
class Environment:
    """The Python and the libraries of this image, as far as the model uses them."""

    python: str
    packages: Mapping[str, str | None]
    drift: tuple[Drift, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what ``GET /v2/environment`` answers."""
        return {
            "python": self.python,
            "packages": dict(self.packages),
            "drift": [asdict(one) for one in self.drift],
        }

    def summary(self) -> str:
        """Return the drift in a line for people; empty if there is none."""
        each = [f"{one.package} {one.trained}, here {one.here or 'it is missing'}" for one in self.drift]
        return f"trained with {'; '.join(each)}" if each else ""


def environment(python_version: str, packages: Mapping[str, str]) -> Environment:
    """Compare this image with what the model was trained with."""
    here = installed(packages)
    return Environment(here.python, here.packages, drift_between(python_version, packages, here))


def installed(names: Iterable[str]) -> Libraries:
    """Return what this image has of some libraries, by their import names."""
    return Libraries(platform.python_version(), {name: _version(name) for name in sorted(names)})


def tell_libraries(request: Request) -> Response:
    """Answer ``POST /v2/libraries``, by which a server knows before a model runs here what it will find."""
    body = loads(request.body)
    names = body.get("names") if isinstance(body, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and name.isidentifier() for name in names):
        raise RequestError('{"names": […]} is expected, with import names')
    if len(names) > _MOST_NAMES:
        raise RequestError(f"at most {_MOST_NAMES} names are told about at once")
    here = installed(names)
    return answer({"python": here.python, "packages": dict(here.packages)})


def _version(name: str) -> str | None:
    for distribution in _distributions().get(name, [name]):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _distributions() -> Mapping[str, list[str]]:
    global _known  # noqa: PLW0603 (asked for each library, and slow to make)
    if _known is None:
        _known = importlib.metadata.packages_distributions()
    return _known


_known: Mapping[str, list[str]] | None = None
