"""Trying a specification out: one pod of the group's namespace that is loaded, asked and removed, and recorded nowhere.

The cluster itself ends it should nobody here live to do so; what is left of it then is swept by whoever comes next.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput, TooManyRequests, UpstreamFailed
from primehub_deploy_ext.domain.models import DeploymentSpec, Trial
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import POD, SECRET
from primehub_deploy_ext.engines.kubernetes.books.record import now
from primehub_deploy_ext.engines.kubernetes.books.wishes import unreadable
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor, Json
from primehub_deploy_ext.engines.kubernetes.known.mirror import Mirror
from primehub_deploy_ext.engines.kubernetes.logs.tails import last_words
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.models.libraries import ask_pod
from primehub_deploy_ext.engines.kubernetes.pods import PodMeans, order_secret, trial_pod
from primehub_deploy_ext.engines.kubernetes.reading.reasons import Failure, failure_of_pod
from primehub_deploy_ext.engines.kubernetes.reading.steps import is_true
from primehub_deploy_ext.engines.kubernetes.reading.times import moment

AT_ONCE = 4
_LOG_TAIL = 50
_LOOK_EVERY = 0.05
# For the kubelet to tell how a container ended whose connection broke.
_END_LIMIT = 10.0
_LIBRARIES_LIMIT = 2.0
# Beyond its own limit, what of a trial is still there is nobody's.
_FORGOTTEN = timedelta(seconds=60)
_HEADERS = {"Content-Type": "application/json"}

Outcome = dict[str, Any]


class Trials:
    """Tries specifications, a few at a time."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._running = 0

    async def run(self, spec: DeploymentSpec, request: dict[str, Any] | None, group: str) -> Trial:
        """See ``Engine.try_out``."""
        _check_readable(spec)
        if self._running >= AT_ONCE:
            raise TooManyRequests(f"{AT_ONCE} models are tried out already: wait for one of them")
        self._running += 1
        try:
            return await self._run(spec.model_copy(update={"access": "public"}), request, group)
        finally:
            self._running -= 1

    async def _run(self, spec: DeploymentSpec, request: dict[str, Any] | None, group: str) -> Trial:
        means, began = self._means, time.monotonic()
        mirror, flavor = await means.world.mirror_of(group), means.flavor_of(group)
        await means.check(spec, flavor)
        await self.sweep(mirror)
        attempt = _Attempt(means, mirror, spec)
        try:
            await self._asked(attempt.start(), mirror.namespace, flavor)
            outcome = await attempt.outcome(request)
            await attempt.note_libraries(group)
            tail = await attempt.tail()
        finally:
            await asyncio.shield(attempt.end())
        return Trial(ok="reason" not in outcome, duration=time.monotonic() - began, log_tail=tail, **outcome)

    async def sweep_all(self) -> None:
        """Remove what trials left behind, in all namespaces."""
        await self._means.world.ready()
        for mirror in self._means.world.mirrors():
            await self.sweep(mirror)

    async def sweep(self, mirror: Mirror) -> None:
        """Remove what trials left behind whose server did not live to do it."""
        api, labels = self._means.api, words.selector(words.of_trials())
        for kind in (POD, SECRET):
            with suppress(ApiError):
                items = await api.list(kind, mirror.namespace, labels=labels, metadata_only=True)
                # Times are those of the cluster: this machine's clock may be another.
                clock = await api.clock() if items else now()
                for item in items:
                    if is_forgotten(item, clock, self._means.settings.trial_limit):
                        await _remove(self._means, kind, item["metadata"]["name"], mirror.namespace)

    async def _asked(self, doing: Coroutine[Any, Any, None], namespace: str, flavor: Flavor) -> None:
        try:
            await doing
        except ApiError as error:
            raise await self._means.explained(error, "try the model out", namespace, flavor) from error


class _Attempt:
    """One pod that belongs to no deployment."""

    def __init__(self, means: Means, mirror: Mirror, spec: DeploymentSpec) -> None:
        self._means = means
        self._mirror = mirror
        self._spec = spec
        self._limit = means.settings.trial_limit
        self._deadline = time.monotonic() + self._limit
        self._name = f"trial-{secrets.token_hex(5)}"
        self._pod: Json | None = None

    async def start(self) -> None:
        """Write the pod, and the Secret with what it is told."""
        api, namespace, pods = self._means.api, self._mirror.namespace, self._pod_means()
        secret = order_secret(words.TRIAL, 0, self._name, namespace, self._spec, pods)
        secret["metadata"]["labels"] = words.of_trials()
        deadline = math.ceil(self._limit) + round(_END_LIMIT)
        pod = trial_pod(self._name, namespace, self._spec, pods, deadline)
        # Servers may have different limits, and each sweeps what others left.
        for body in (secret, pod):
            body["metadata"].setdefault("annotations", {})[words.TRIAL_LIMIT] = f"{self._limit:g}"
        await api.create(SECRET, secret)
        made = await api.create(POD, pod)
        # The cluster removes the one with the other.
        owner = {"apiVersion": "v1", "kind": "Pod", "name": self._name, "uid": made["metadata"]["uid"]}
        await api.patch(SECRET, self._name, {"metadata": {"ownerReferences": [owner]}}, namespace)

    def _pod_means(self) -> PodMeans:
        return self._means.pod_means(self._spec)

    async def outcome(self, request: dict[str, Any] | None) -> Outcome:
        """Wait, ask; return the fields of the outcome."""
        while True:
            failure = self._look()
            if failure is not None and (failure.final or self._is_over()):
                return _failed(failure)
            if self._pod is not None and is_true(self._pod, "Ready"):
                break
            if self._is_over():
                return {"reason": Reason.CRASH_LOOP, "message": "its pod ended by itself"}
            if time.monotonic() > self._deadline:
                why = f": {failure.message}" if failure else ""
                reason = failure.reason if failure else Reason.START_TIMEOUT
                return {"reason": reason, "message": f"not ready within {self._limit:g} s{why}"}
            await asyncio.sleep(_LOOK_EVERY)
        return {} if request is None else await self._ask(request)

    async def _ask(self, request: dict[str, Any]) -> Outcome:
        if not self._spec.model.artifact:
            return {"reason": Reason.EXAMPLE_FAILED, "message": "an image that serves by itself has its own protocol"}
        assert self._pod is not None  # noqa: S101 (it is ready)
        body, left = json.dumps(request).encode(), max(1.0, self._deadline - time.monotonic())
        try:
            path = f"/v2/models/{words.TRIAL}/infer"
            status, raw = await self._means.calls.post(self._pod, path, body, _HEADERS, left)
            answer = json.loads(raw)
        except (UpstreamFailed, ValueError) as broken:
            if time.monotonic() > self._deadline - _LOOK_EVERY:
                return {"reason": Reason.START_TIMEOUT, "message": f"no answer within {self._limit:g} s"}
            # The connection broke in the middle: the end of the container says why.
            return await self._why_it_ended() or {"reason": Reason.EXAMPLE_FAILED, "message": str(broken)}
        if status == HTTPStatus.OK:
            return {"answer": answer}
        message = answer.get("error", answer) if isinstance(answer, dict) else answer
        return {"reason": Reason.EXAMPLE_FAILED, "message": str(message)}

    async def note_libraries(self, group: str) -> None:
        """Keep what the image is known to have by now: the next who chooses it is told before it runs."""
        model = self._spec.model
        if not model.artifact or self._pod is None or not is_true(self._pod, "Ready"):
            return
        told = await ask_pod(self._means.calls, self._pod, model.packages, _LIBRARIES_LIMIT)
        if told is not None:
            self._means.libraries.note(model.image or self._means.settings.runner_image, group, told)

    async def _why_it_ended(self) -> Outcome | None:
        limit = time.monotonic() + _END_LIMIT
        while time.monotonic() < limit:
            failure = self._look()
            if failure is not None and self._is_over():
                return _failed(failure)
            await asyncio.sleep(_LOOK_EVERY)
        return None

    def _look(self) -> Failure | None:
        """Take up how the pod is now; return what is wrong with it."""
        pod, events = self._mirror.pod(self._name)
        if pod is None:
            return None
        self._pod = pod
        return failure_of_pod(pod, events)

    def _is_over(self) -> bool:
        """Tell whether its container ended: it is not started again."""
        status = (self._pod or {}).get("status") or {}
        ended = any((one.get("state") or {}).get("terminated") for one in status.get("containerStatuses") or [])
        return ended or status.get("phase") in {"Failed", "Succeeded"}

    async def tail(self) -> list[str]:
        """Return the last lines that it printed."""
        if self._pod is None:
            return []
        try:
            return await last_words(self._means.api, self._pod, _LOG_TAIL)
        except ApiError:
            return []

    async def end(self) -> None:
        """Remove all of it."""
        for kind in (POD, SECRET):
            await _remove(self._means, kind, self._name, self._mirror.namespace)


def _failed(failure: Failure) -> Outcome:
    return {"reason": failure.reason, "message": failure.message}


def is_forgotten(item: Json, clock: datetime, otherwise: float) -> bool:
    """Tell whether the server that made something for a trial would have removed it by now, if it lived.

    Parameters
    ----------
    clock
        The cluster's.
    otherwise
        Seconds that a trial may take where nothing is written about its own.
    """
    metadata = item["metadata"]
    made = moment(metadata.get("creationTimestamp")) or clock
    try:
        limit = timedelta(seconds=float((metadata.get("annotations") or {})[words.TRIAL_LIMIT])) + _FORGOTTEN
    except (KeyError, ValueError, OverflowError):
        limit = timedelta(seconds=otherwise) + _FORGOTTEN
    return clock - made > limit


def _check_readable(spec: DeploymentSpec) -> None:
    hidden = unreadable(spec)
    if hidden:
        why = "its value can't be read now: send it anew, or see that this server may read Secrets there"
        raise InvalidInput(
            f"the values of {', '.join(hidden)} can't be read now, and the model would be tried without them: send "
            "them anew, or see that this server may read Secrets there and that nobody removed theirs",
            fields=[{"field": f"env.{name}", "message": why} for name in hidden],
        )


async def _remove(means: Means, kind: Any, name: str, namespace: str) -> None:
    with suppress(ApiError):
        await means.api.delete(kind, name, namespace, grace_seconds=0)
