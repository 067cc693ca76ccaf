"""The totals under the names that Seldon Core gives them, so that dashboards made for it show these deployments.

Names and labels: ``executor/api/metric/`` and ``python/seldon_core/metrics.py`` of Seldon Core 1.x. A *predictor
version* and a *model version* are the number of the revision; a *model image* is the class of the model. What Seldon
has no metric for begins with ``primehub_``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts
from primehub_deploy_ext.engines.local.metering.collector import key
from primehub_deploy_ext.monitoring.exposition import Family, render
from primehub_deploy_ext.monitoring.histogram import CLASSES
from primehub_deploy_ext.monitoring.ledger import Numbers
from primehub_deploy_ext.monitoring.names import (
    ABORTED,
    BATCH_ROWS,
    BATCHES,
    BYTES_IN,
    BYTES_OUT,
    CLIENT,
    CPU,
    DESIRED,
    FEEDBACK,
    IN_FLIGHT,
    INFO,
    MEMORY,
    PHASE,
    QUOTA,
    READY,
    REPLICA_PREDICTIONS,
    RESTARTS,
    REWARD,
    SERVER,
    USAGE,
)
from primehub_deploy_ext.monitoring.sample import Sample

Totals = dict[tuple[int, str], Numbers]

_NO_CALLS: Numbers = (0.0,) * (2 + CLASSES)
_SERVICES = {("other", "get"): "metadata", ("other", "other"): "other"}


def exposition_of(census: Census, totals: Totals, newest: Mapping[int, Sample], *, openmetrics: bool = False) -> str:
    """Return the page.

    Parameters
    ----------
    newest
        What was seen last, by uid: gauges are as of then.
    """
    families = _families()
    of_deployment: dict[int, dict[str, Numbers]] = {}
    for (uid, name), values in totals.items():
        of_deployment.setdefault(uid, {})[name] = values
    for deployment in census.deployments:
        _add_state(families, deployment)
        _add_gauges(families, deployment, newest.get(deployment.uid))
        counted = _at_least_zero(deployment) | of_deployment.get(deployment.uid, {})
        for name, values in sorted(counted.items()):
            _add_total(families, deployment, name.split("|"), values)
    _add_groups(families, census)
    return render((family for family in families.values() if family.lines), openmetrics=openmetrics)


def _families() -> dict[str, Family]:
    def counters(**helps: str) -> list[Family]:
        return [Family(name, "counter", text) for name, text in helps.items()]

    def gauges(**helps: str) -> list[Family]:
        return [Family(name, "gauge", text) for name, text in helps.items()]

    made = [
        Family(
            SERVER, "histogram", "Latencies at the gateway, from the first byte in to the last byte out, in seconds"
        ),
        Family(CLIENT, "histogram", "Latencies of the model: decoding, predicting, encoding, in seconds"),
        *counters(
            **{FEEDBACK: "Feedback that named a reward", REWARD: "Sum of the rewards, zeros are counted in the other"}
        ),
        *counters(
            **{
                ABORTED: "Requests that their callers gave up before there was an answer",
                BYTES_IN: "Bytes of requests",
                BYTES_OUT: "Bytes of answers",
                BATCHES: "Calls of the model",
                BATCH_ROWS: "Rows in these calls",
                REPLICA_PREDICTIONS: "Predictions by replica",
                CPU: "CPU seconds that the replica took",
                RESTARTS: "How often a running replica was started again",
            }
        ),
        *gauges(
            **{
                INFO: "1; labels tell what it is",
                PHASE: "1 for the phase that it is in",
                DESIRED: "Replicas that are wanted",
                READY: "Replicas that answer",
                IN_FLIGHT: "Requests being answered",
                MEMORY: "Bytes that the replica holds: proportional set size where known, else resident",
                QUOTA: "What a group may use",
                USAGE: "What a group uses of it",
            }
        ),
    ]
    return {family.name: family for family in made}


def _at_least_zero(deployment: DeploymentFacts) -> dict[str, Numbers]:
    """Return what may happen next, at zero: of a series that begins at 7 Prometheus doesn't see the first 7."""
    zeros: dict[str, Numbers] = {}
    revisions = {replica.revision for replica in deployment.replicas}
    for revision in revisions:
        for code in (200, 400, 500):
            zeros[key("server", "predictions", "post", revision, code)] = _NO_CALLS
            zeros[key("client", f"/v2/models/{deployment.id}/infer", revision, code)] = _NO_CALLS
            zeros[key("client", "/predict", revision, code)] = _NO_CALLS
        zeros[key("server", "feedback", "post", revision, 200)] = _NO_CALLS
    for code in (401, 503):
        zeros[key("server", "predictions", "post", "", code)] = _NO_CALLS
    for replica in deployment.replicas:
        zeros[key("feedback", replica.revision, replica.name)] = (0.0, 0.0)
        zeros[key("cpu", replica.revision, replica.name)] = (0.0,)
        zeros[key("replica", replica.revision, replica.name)] = (0.0,)
    return zeros


def _add_total(families: dict[str, Family], deployment: DeploymentFacts, name: list[str], values: Numbers) -> None:
    kind, *rest = name
    if kind == "server":
        service, method, revision, code = rest
        labels = {**_predictor(deployment, revision), "service": _SERVICES.get((service, method), service)}
        labels |= {"method": method, "code": code}
        if code == "0":
            families[ABORTED].add({"deployment_name": deployment.id, "service": labels["service"], "method": method}
                                  | {"predictor_version": revision}, values[0])  # fmt: skip
        else:
            families[SERVER].add_histogram(labels, values[2:], values[1])
    elif kind == "client":
        service, revision, code = rest
        labels = {**_predictor(deployment, revision), "service": service, **_model(deployment, revision)}
        families[CLIENT].add_histogram(labels | {"method": "post", "code": code}, values[2:], values[1])
    elif kind == "feedback":
        revision, replica = rest
        labels = {**_predictor(deployment, revision), **_model(deployment, revision), "worker_id": replica}
        families[FEEDBACK].add(labels | {"method": "feedback"}, values[0])
        families[REWARD].add(labels | {"method": "feedback"}, values[1])
    elif kind == "bytes":
        families[BYTES_IN].add({"deployment_name": deployment.id}, values[0])
        families[BYTES_OUT].add({"deployment_name": deployment.id}, values[1])
    elif kind == "batches":
        labels = _predictor(deployment, rest[0])
        families[BATCHES].add(labels, values[0])
        families[BATCH_ROWS].add(labels, values[1])
    elif kind in {"cpu", "replica"}:
        labels = {"deployment_name": deployment.id, "predictor_version": rest[0], "replica": rest[1]}
        families[CPU if kind == "cpu" else REPLICA_PREDICTIONS].add(labels, values[0])


def _add_state(families: dict[str, Family], deployment: DeploymentFacts) -> None:
    who = {"deployment_name": deployment.id}
    families[INFO].add({**who, "title": deployment.name, "group": deployment.group}, 1)
    for phase in Phase:
        families[PHASE].add({**who, "phase": str(phase)}, float(deployment.phase is phase))
    families[DESIRED].add(who, deployment.desired)
    families[READY].add(who, sum(replica.ready for replica in deployment.replicas))
    for replica in deployment.replicas:
        labels = {**who, "predictor_version": replica.revision, "replica": replica.name}
        families[RESTARTS].add(labels, replica.restarts)


def _add_gauges(families: dict[str, Family], deployment: DeploymentFacts, seen: Sample | None) -> None:
    if seen is None:
        return
    families[IN_FLIGHT].add({"deployment_name": deployment.id}, seen.in_flight.largest)
    for name, taken in seen.replicas.items():
        if taken.memory.mean is not None:
            labels = {"deployment_name": deployment.id, "predictor_version": name.partition("-")[0], "replica": name}
            families[MEMORY].add(labels, taken.memory.mean)


def _add_groups(families: dict[str, Family], census: Census) -> None:
    for group in census.groups:
        used: Iterable[tuple[str, float, float | None]] = (
            ("cpu", group.usage.cpu, group.quota.cpu),
            ("memory", group.usage.memory, group.quota.memory),
            ("gpu", group.usage.gpu, group.quota.gpu),
            ("deployments", group.usage.deployments, group.quota.deployments),
        )
        for resource, usage, quota in used:
            labels = {"group": group.name, "resource": resource}
            families[USAGE].add(labels, usage)
            if quota is not None:
                families[QUOTA].add(labels, quota)


def _predictor(deployment: DeploymentFacts, revision: str) -> dict[str, str]:
    return {"deployment_name": deployment.id, "predictor_name": "default", "predictor_version": revision}


def _model(deployment: DeploymentFacts, revision: str) -> dict[str, str]:
    image = deployment.images.get(revision, "")
    return {"model_name": deployment.id, "model_image": image, "model_version": revision}
