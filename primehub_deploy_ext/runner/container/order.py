"""What a container is told to serve: JSON in a variable, or in a file that is mounted."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from primehub_deploy_ext.runner.order import ReplicaOrder
from primehub_deploy_ext.runner.server import DRAIN_TIMEOUT

ORDER = "PRIMEHUB_DEPLOY_ORDER"
ORDER_FILE = "PRIMEHUB_DEPLOY_ORDER_FILE"
QUIET = "PRIMEHUB_DEPLOY_QUIET"
DEFAULT_PORT = 9000


@dataclass(frozen=True)
class ContainerOrder:
    """One replica in a container.

    Parameters
    ----------
    deployment, revision
        Who it is: the name of the model in the Open Inference Protocol, and its version.
    artifact
        Where the pickled model is: a path or a URL (``file``, ``http``, ``https``, what fsspec knows in this image).
    digest
        SHA-256 of the artifact; other bytes are not loaded.
    serializer, adapter, signature, example, python_version, packages, class_name
        As the model was described when it was stored.
    prefix
        What the paths of requests may begin with.
    port
        Where it listens; 0: ``$PORT``, else 9000.
    threads
        Threads for numerical libraries; the library's choice when left out.
    linger
        Seconds that it goes on answering after SIGTERM. It takes a cluster this long to tell all who may call.
    drain
        Seconds that what is in flight after that is given.
    names_client
        Whether ``X-Forwarded-User`` is set by a gateway that lets no caller set it; else no model is shown it.
    access
        Folder with who may call, which a cluster keeps up to date (see ``callers.py``); everybody where there is none.
    quiet
        It listens only once it is ready: for probes that ask nothing but whether it listens. Besides: the variable
        ``PRIMEHUB_DEPLOY_QUIET``.
    """

    deployment: str
    artifact: str
    digest: str
    revision: int = 1
    serializer: str = "cloudpickle"
    adapter: str = "callable"
    signature: dict[str, Any] | None = None
    example: dict[str, Any] | None = None
    python_version: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    class_name: str = ""
    prefix: str = ""
    port: int = 0
    threads: int | None = None
    linger: float = 5.0
    drain: float = DRAIN_TIMEOUT
    names_client: bool = False
    access: str = ""
    quiet: bool = False

    @classmethod
    def from_json(cls, value: Any) -> ContainerOrder:
        """Read an order; keys that this version doesn't know are ignored.

        Raises
        ------
        ValueError
            With the names of the keys that are missing, or when it is no JSON object.
        """
        if not isinstance(value, Mapping):
            raise ValueError("it is no JSON object")  # noqa: TRY004 (bad input, not a bug)
        known = fields(cls)
        missing = [
            f.name for f in known if f.default is MISSING and f.default_factory is MISSING and f.name not in value
        ]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        return cls(**{f.name: value[f.name] for f in known if f.name in value})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ContainerOrder:
        """Read the order that this container was given.

        Raises
        ------
        ValueError
            When there is none, or it can't be used.
        """
        where = environment.get(ORDER_FILE, "")
        text = environment.get(ORDER, "")
        if where:
            try:
                text = Path(where).read_text(encoding="utf-8")
            except OSError as error:
                raise ValueError(f"the order {where} can't be read: {error.strerror}") from error
        if not text:
            raise ValueError(f"this image serves what it is told to by {ORDER} or {ORDER_FILE}: neither is set")
        try:
            order = cls.from_json(json.loads(text))
        except ValueError as error:
            raise ValueError(f"the order {where or 'in ' + ORDER} can't be used: {error}") from error
        return replace(order, quiet=order.quiet or bool(environment.get(QUIET)))

    def listens_on(self, environment: Mapping[str, str] = os.environ) -> int:
        """Return the port."""
        given = environment.get("PORT", "")
        return self.port or (int(given) if given.isdigit() else DEFAULT_PORT)

    def replica(self, artifact: Path) -> ReplicaOrder:
        """Return the order as those see it who load a model, once its artifact is a file."""
        name = socket.gethostname()
        return ReplicaOrder(
            replica=name,
            name=name,
            deployment=self.deployment,
            revision=self.revision,
            artifact=str(artifact),
            serializer=self.serializer,
            adapter=self.adapter,
            signature=self.signature,
            example=self.example,
            threads=self.threads,
            socket="",
            status="",
            log="",
        )
