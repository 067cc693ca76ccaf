"""What a replica is told to do: the JSON that the engine hands to a launcher or to a fresh process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class ReplicaOrder:
    """One replica to run.

    Parameters
    ----------
    replica
        The engine's key for it.
    deployment, revision, name, attempt
        Who it is; ``deployment`` is the name of the model in the Open Inference Protocol, ``revision`` its version.
    socket, status, report, log, artifact, workdir
        Paths: the unix socket to serve on, the status file, the datagram socket for the same, the log, the
        pickled model, the folder to run in.
    counters
        Path of the file that requests are counted in; they are not counted when left out.
    log_limit
        Bytes after which the log is rotated.
    signature, example
        What the model takes and gives, and a request to try before it is ready.
    env
        Environment variables of the model.
    threads, cpus
        Threads for numerical libraries and the CPUs to stay on; the library's choice and all when left out.
    """

    replica: str
    deployment: str
    socket: str
    status: str
    log: str
    artifact: str
    revision: int = 1
    name: str = ""
    attempt: int = 1
    report: str = ""
    log_limit: int = 16 * 1024 * 1024
    serializer: str = "cloudpickle"
    adapter: str = "callable"
    signature: dict[str, Any] | None = None
    example: dict[str, Any] | None = None
    env: dict[str, str] = field(default_factory=dict)
    threads: int | None = None
    cpus: list[int] | None = None
    workdir: str = ""
    counters: str = ""

    @classmethod
    def from_json(cls, value: Any) -> ReplicaOrder:
        """Read an order; keys that this version doesn't know are ignored.

        Raises
        ------
        ValueError
            With the names of the keys that are missing, or when it is no JSON object.
        """
        if not isinstance(value, Mapping):
            raise ValueError("a replica order is a JSON object")  # noqa: TRY004 (bad input, not a bug)
        missing = [
            f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING and f.name not in value
        ]
        if missing:
            raise ValueError(f"the replica order lacks {', '.join(missing)}")
        return cls(**{f.name: value[f.name] for f in fields(cls) if f.name in value})
