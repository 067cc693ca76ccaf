"""One replica position of a workload, and what is known of the process that fills it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil

from primehub_deploy_ext.domain.models import Replica, StepTime
from primehub_deploy_ext.domain.phases import Reason, Step
from primehub_deploy_ext.engines.local.store import now

# First restart at once: most crashes happen once. Then twice as long each time, as Kubernetes does.
_BACK_OFF = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# A replica that served this long starts with a clean slate.
STABLE_AFTER = 60.0
_CREATE_TIME_TOLERANCE = 1.0


@dataclass
class Slot:
    """A replica: the ``index``-th copy of the workload that revision ``template`` began.

    ``pid`` None means that no process runs; ``not_before`` (Unix seconds) says when one may be started.
    """

    template: int
    index: int
    attempt: int = 0
    restarts: int = 0
    failures: int = 0
    pid: int | None = None
    create_time: float = 0.0
    step: Step = Step.SCHEDULING
    step_since: datetime = field(default_factory=now)
    # Of the current attempt, oldest first.
    steps: list[StepTime] = field(default_factory=list)
    started_at: datetime | None = None
    not_before: float = 0.0
    reason: Reason | None = None
    message: str = ""
    last_exit: str = ""
    was_ready: bool = False
    oom_peak: int | None = None
    ending: bool = False

    @property
    def name(self) -> str:
        """``<revision>-<slot>``."""
        return f"{self.template}-{self.index}"

    @property
    def ready(self) -> bool:
        """Answers requests."""
        return self.pid is not None and self.step is Step.READY and not self.ending

    def enter(self, step: Step) -> None:
        """Take the next step."""
        self.step, self.step_since = step, now()
        if step is Step.STARTING:
            self.steps = []
        self.steps.append(StepTime(step=step, since=self.step_since))

    def begin(self, pid: int) -> None:
        """A process was started for this slot."""
        self.pid = pid
        with contextlib.suppress(psutil.Error):
            self.create_time = psutil.Process(pid).create_time()

    def is_alive(self) -> bool:
        """Tell whether the process still runs, and is not another one with its number."""
        if self.pid is None:
            return False
        try:
            process = psutil.Process(self.pid)
            return (
                abs(process.create_time() - self.create_time) < _CREATE_TIME_TOLERANCE
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it is still ours."""
        if self.pid is not None and self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def back_off(self, clock: float) -> None:
        """Set when the next attempt may begin."""
        self.not_before = clock + _BACK_OFF[min(self.failures - 1, len(_BACK_OFF) - 1)]
        self.enter(Step.BACKING_OFF)

    def memory(self) -> int | None:
        """Return the proportional set size in bytes where the kernel tells it, else the resident size."""
        return None if self.pid is None else memory_of(self.pid)

    def view(self, *, revision: int, serving: bool) -> Replica:
        """Return what callers see."""
        return Replica(
            name=self.name,
            revision=revision,
            slot=self.index,
            attempt=max(self.attempt, 1),
            step=Step.STOPPING if self.ending and self.pid else self.step,
            step_since=self.step_since,
            steps=list(self.steps),
            pid=self.pid,
            restarts=self.restarts,
            serving=serving and self.ready,
            started_at=self.started_at,
            message=self.message,
            memory=self.memory(),
            last_exit=self.last_exit,
            reason=self.reason,
            next_attempt_at=(
                datetime.fromtimestamp(self.not_before, timezone.utc) if self.step is Step.BACKING_OFF else None
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """What a restarted daemon needs to adopt the replica."""
        body = asdict(self)
        for key in ("step_since", "started_at"):
            body[key] = body[key] and body[key].isoformat()
        body["steps"] = [taken.model_dump(mode="json") for taken in self.steps]
        return body

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Slot:
        """Rebuild what :meth:`to_json` gave."""
        return cls(
            **{
                **body,
                "step": Step(body["step"]),
                # Older versions kept none.
                "steps": [StepTime.model_validate(taken) for taken in body.get("steps", [])],
                "reason": Reason(body["reason"]) if body["reason"] else None,
                "step_since": datetime.fromisoformat(body["step_since"]),
                "started_at": datetime.fromisoformat(body["started_at"]) if body["started_at"] else None,
            }
        )


def memory_of(pid: int) -> int | None:
    """Return the proportional set size in bytes where the kernel tells it, else the resident size; None if gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return None


def read_status(path: Path) -> dict[str, Any]:
    """Return what a replica last wrote about itself; empty when it wrote nothing."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
