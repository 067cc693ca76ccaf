"""Whether this image has the libraries that the model was trained with."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Drift:
    """One library of another version; ``here`` is None where the image doesn't have it."""

    package: str
    trained: str
    here: str | None

    def __str__(self) -> str:
        return f"{self.package} {self.trained}, here {self.here or 'it is missing'}"


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
        return "trained with " + "; ".join(map(str, self.drift)) if self.drift else ""


def environment(python_version: str, packages: Mapping[str, str]) -> Environment:
    """Compare this image with what the model was trained with.

    Parameters
    ----------
    python_version
        Of the interpreter that trained it; one that differs in its last part only is the same.
    packages
        Versions by import name.
    """
    here = platform.python_version()
    found = {name: _version(name) for name in sorted(packages)}
    drift = [Drift(name, packages[name], version) for name, version in found.items() if version != packages[name]]
    if python_version and python_version.split(".")[:2] != here.split(".")[:2]:
        drift.insert(0, Drift("python", python_version, here))
    return Environment(here, found, tuple(drift))


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
