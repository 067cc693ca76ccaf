"""Turn a model file into what a replica loads, in the interpreter that is to run it.

The file is unpickled here, in a process of its own, and never in the Jupyter server: unpickling runs code. What comes
out is the same as when a notebook saves the live model: a pickle that brings its local modules along, and what is
known of the model.
"""

from __future__ import annotations

import argparse
import json
import pickle
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ARTIFACT = "artifact"
RESULT = "result.json"


class Unpackable(Exception):
    """The file can't be made a model; says why, and about which field of the request that is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def main(arguments: Sequence[str]) -> int:
    """Write ``artifact`` and ``result.json`` into the folder; 0 also when the file is no model: the result says so."""
    parser = argparse.ArgumentParser(prog="pack")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--into", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    # As in a notebook beside it: modules of its folder can be imported.
    sys.path.insert(0, str(chosen.file.parent))
    try:
        result = {"model": pack(chosen.file, chosen.into)}
    except Unpackable as error:
        result = {"error": {"field": error.field, "message": str(error)}}
    (chosen.into / RESULT).write_text(json.dumps(result), encoding="utf-8")
    return 0


def pack(file: Path, into: Path) -> dict[str, Any]:
    """Load a model file, describe and pickle the model, and return ``domain.models.Model`` as JSON."""
    from primehub_deploy_ext.client.submission import described_model
    from primehub_deploy_ext.domain.errors import InvalidInput

    model = load(file)
    try:
        with described_model(model) as (description, artifact):
            shutil.copyfile(artifact, into / ARTIFACT)
            return description
    except InvalidInput as error:
        raise Unpackable("path", f"{file.name}: {error}") from error
    except ModuleNotFoundError as error:
        raise _missing(file, error) from error


def load(file: Path) -> Any:
    """Unpickle a file; joblib reads both its own and plain pickles."""
    try:
        return _loader(file)(file)
    except ModuleNotFoundError as error:
        raise _missing(file, error) from error
    except Exception as error:  # whatever the file's own code raises
        said = f"{type(error).__name__}: {error}"
        raise Unpackable("path", f"{file.name} can't be loaded as a model: {said}") from error


def _loader(file: Path) -> Any:
    try:
        import joblib
    except ImportError:
        if file.suffix == ".joblib":
            raise
        return _unpickled
    return joblib.load


def _unpickled(file: Path) -> Any:
    with file.open("rb") as stream:
        return pickle.load(stream)  # noqa: S301 (that is what was asked for, in a process of its own)


def _missing(file: Path, error: ModuleNotFoundError) -> Unpackable:
    return Unpackable(
        "kernel",
        f"{file.name} needs the module {error.name!r}, which {sys.executable} doesn't have: choose the kernel that "
        "trained the model, or install it there",
    )
