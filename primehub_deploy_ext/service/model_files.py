"""Model files of the file browser: packed in the interpreter that is to run them, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from primehub_deploy_ext.domain.errors import InvalidInput, NotFound, TooLarge
from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.domain.stored import Interpreter, ModelFile
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.engines.local.surroundings import daemon_environment
from primehub_deploy_ext.engines.patience import within
from primehub_deploy_ext.runner.bootstrap import packing_command
from primehub_deploy_ext.runner.pack import ARTIFACT, RESULT
from primehub_deploy_ext.service.access import Caller

SUFFIXES = (".joblib", ".pickle", ".pkl")
# Seconds for imports, unpickling and pickling.
_LIMIT = 180.0
_PIECE = 1 << 20
_AT_ONCE = 2
_SAID = 2000


@dataclass(frozen=True)
class FilesOfServer:
    """What the server knows of its files and kernels.

    Parameters
    ----------
    root
        The folder that the file browser shows; None: the files are not on this machine.
    interpreters
        Those of its kernels; the first is the default.
    largest
        Bytes that a model may have.
    """

    root: Path | None
    interpreters: Sequence[Interpreter]
    largest: int


class ModelFileService:
    """What callers can do with model files.

    Parameters
    ----------
    engine
        Where artifacts are stored.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def pack(self, caller: Caller, request: ModelFile, server: FilesOfServer) -> Model:
        """Make a file a stored model.

        Raises
        ------
        InvalidInput
            If it is no model, lies outside of the server's folder, or the interpreter lacks what it needs.
        NotFound
            If there is no such file.
        TooLarge
            If it has more bytes than a model may have.
        """
        caller.require_some_group()
        file = find_file(server.root, request.path)
        interpreter = _interpreter(server.interpreters, request.kernel)
        if file.stat().st_size > server.largest:
            raise TooLarge(
                f"a model may have at most {server.largest} bytes (PrimehubDeploy.max_artifact_size of the server)",
                details={"max_artifact_size": server.largest},
            )
        async with self._turns:
            with tempfile.TemporaryDirectory(prefix="primehub-pack-") as folder:
                found = await _run(packing_command(interpreter.path, file, Path(folder)), file, Path(folder))
                model = Model.model_validate(found)
                if not await self._engine.has_artifact(model.artifact):
                    await self._engine.put_artifact(model.artifact, _pieces(Path(folder) / ARTIFACT))
                return model


def interpreters_of(specs: Mapping[str, Any], own: str) -> list[Interpreter]:
    """Return the interpreters of kernel specifications that are Pythons of this machine, the server's own first.

    Parameters
    ----------
    specs
        As ``KernelSpecManager.get_all_specs`` gives them.
    own
        The server's interpreter: kernels that begin with plain ``python`` run there.
    """
    found = [Interpreter(kernel="", display_name="", path=own)]
    for name, entry in sorted(specs.items()):
        spec = entry.get("spec", {})
        command = (spec.get("argv") or [""])[0]
        path = own if command in {"python", "python3"} else command
        if spec.get("language", "").lower() == "python" and os.path.isabs(path):  # noqa: PTH117 (a text of a file)
            found.append(Interpreter(kernel=name, display_name=spec.get("display_name") or name, path=path))
    return found


def find_file(root: Path | None, wanted: str) -> Path:
    """Return a model file by its path below the server's folder, or by its ``file:`` URI.

    Raises
    ------
    InvalidInput
        If it is outside of the folder, of another kind, or in a place that can't be read from here.
    NotFound
        If it isn't there.
    """
    if root is None:
        raise _refused("the files of this server are not on its machine: load the model in a notebook and save it")
    scheme = urlsplit(wanted).scheme
    if scheme not in {"", "file"}:
        raise _refused(
            f"{scheme}: can't be read from here. Load the model in a notebook and save it with "
            "connect().save_model(model, name), or put the file into the server's folder"
        )
    text = unquote(urlsplit(wanted).path) if scheme == "file" else wanted.lstrip("/")
    if "\0" in text:
        raise _refused("must not contain NUL characters")
    folder = root.resolve()
    try:
        file = (folder / text).resolve()
    except OSError as error:
        raise _refused(f"can't be read: {error.strerror or error}") from error
    if folder != file and folder not in file.parents:
        raise _refused("leads outside of the server's folder, which is all that can be read from here")
    if file.suffix.lower() not in SUFFIXES:
        raise _refused(f"must be a model file: one that ends with {', '.join(SUFFIXES)}")
    if not file.exists():
        raise NotFound(f"there is no file {text!r}", fields=[{"field": "path", "message": "there is no such file"}])
    if not file.is_file():
        raise _refused("is not a file")
    if not os.access(file, os.R_OK):
        raise _refused("can't be read: permission denied")
    return file


def _interpreter(known: Sequence[Interpreter], kernel: str) -> Interpreter:
    for interpreter in known:
        if interpreter.kernel == kernel:
            return interpreter
    raise InvalidInput(
        f"there is no Python kernel {kernel!r}", fields=[{"field": "kernel", "message": "there is no such kernel"}]
    )


async def _run(command: list[str], file: Path, folder: Path) -> Any:
    """Run the packer and return what it found; its output goes to a file, for models print what they like."""
    said = folder / "said"
    with said.open("wb") as output:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=daemon_environment(os.environ, None),
                start_new_session=True,
            )
        except OSError as error:
            message = f"the interpreter {command[0]} can't be started: {error.strerror or error}"
            raise InvalidInput(message, fields=[{"field": "kernel", "message": message}]) from error
        try:
            await within(_LIMIT, process.wait())
        except asyncio.TimeoutError:
            raise _refused(f"{file.name} was not loaded within {_LIMIT:g} s") from None
        finally:
            # Whatever it started ends with it, also when the caller hung up.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    result = folder / RESULT
    if not result.is_file():
        lines = said.read_text(errors="replace")[-_SAID:].strip().splitlines()
        why = lines[-1] if lines else f"it ended with {process.returncode}"
        message = f"{command[0]} could not read {file.name}: {why}"
        raise InvalidInput(message, fields=[{"field": "kernel", "message": message}])
    found = json.loads(result.read_text(encoding="utf-8"))
    if "error" in found:
        raise InvalidInput(found["error"]["message"], fields=[found["error"]])
    return found["model"]


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as stream:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece


def _refused(rule: str) -> InvalidInput:
    return InvalidInput(f"path: {rule}", fields=[{"field": "path", "message": rule}])
