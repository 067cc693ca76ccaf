"""Whether an image has the libraries that a model was made with: what differs, and how that is told.

The runner, the engines and the client share it: it imports no third party.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Libraries:
    """What is known of an image.

    Parameters
    ----------
    python
        Its version.
    packages
        Versions by import name; None: it is not there. Of what is left out nobody knows.
    """

    python: str
    packages: Mapping[str, str | None]


@dataclass(frozen=True)
class Drift:
    """One library of another version; ``here`` is None where the image doesn't have it."""

    package: str
    trained: str
    here: str | None


def drift_between(python_version: str, packages: Mapping[str, str], here: Libraries) -> tuple[Drift, ...]:
    """Compare what a model was made with with what is known of an image.

    Parameters
    ----------
    python_version
        Of the interpreter that made it; one that differs in its last part only is the same. Empty: nobody knows.
    packages
        Versions by import name, of what the model uses alone.
    """
    differing = [
        Drift(name, version, here.packages[name])
        for name, version in sorted(packages.items())
        if name in here.packages and here.packages[name] != version
    ]
    if python_version and here.python and python_version.split(".")[:2] != here.python.split(".")[:2]:
        differing.insert(0, Drift("python", python_version, here.python))
    return tuple(differing)


def told(drift: Iterable[Drift]) -> str:
    """Return what differs as a sentence for people; empty where nothing does."""
    each = [f"{one.package} {one.here or 'missing'} (made with {one.trained})" for one in drift]
    return f"The image has other versions than the model was made with: {', '.join(each)}." if each else ""
