"""The Engine protocol: all that the service layer asks of a place where deployments run.

Every promise in these docstrings is a test in ``tests/engines/``, which each engine passes unchanged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.groups import InstanceType
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    Metrics,
    MetricsRange,
    MetricsSummaryList,
    UsageLine,
)
from primehub_deploy_ext.domain.models import (
    Change,
    Deployment,
    DeploymentSpec,
    Event,
    Health,
    LogLine,
    Model,
    Prediction,
    Replica,
    Revision,
    Trial,
    UpdateDeployment,
    WarmRequest,
)
from primehub_deploy_ext.domain.resources import Measurement, Quota, Resources
from primehub_deploy_ext.domain.stored import ModelUse, SavedModel
from primehub_deploy_ext.monitoring.questions import Overview, Questions


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do beyond the protocol; the UI hides what is not there.

    Parameters
    ----------
    runner_image
        What stored models run in, where they don't run with the interpreter that trained them.
    """

    artifacts: bool = True
    images: bool = False
    warm: bool = False
    log_attempts: bool = True
    private: bool = False
    trials: bool = False
    metrics: bool = False
    runner_image: str = ""


@dataclass(frozen=True)
class NewDeployment:
    """A validated, authorized request to create a deployment."""

    id: str
    name: str
    group: str
    spec: DeploymentSpec
    user: str
    update_message: str = ""
    quota: Quota | None = None


@dataclass(frozen=True)
class NewClient:
    """A validated, authorized request to let somebody call a private endpoint.

    Parameters
    ----------
    token
        In the clear; the engine keeps only what its gateway needs to check it.
    user
        Who adds it.
    """

    name: str
    token: str
    user: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class NewSavedModel:
    """A validated, authorized request to keep a stored model by a name."""

    name: str
    group: str
    model: Model
    description: str
    user: str


@dataclass(frozen=True)
class ModelOfDeployment:
    """A model, and a deployment that has it in a revision."""

    model: Model
    use: ModelUse


@dataclass(frozen=True)
class LogQuery:
    """Which log lines are wanted.

    Parameters
    ----------
    replica
        A replica's name; all replicas merged by time when left out.
    attempt
        A number, ``"previous"`` for the last one that ended, or all attempts that are kept (None).
    tail
        Only the last ``tail`` lines of what exists already.
    since, until
        Only lines at or after, at or before this time.
    after, before
        Positions by ``<replica>.<attempt>``: of these attempts only lines behind, in front of them, whatever
        ``since`` and ``until`` say, which are for the attempts that are not named then.
    follow
        Go on with new lines until the caller stops.
    """

    replica: str | None = None
    attempt: int | str | None = None
    tail: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    follow: bool = False


@dataclass(frozen=True)
class PredictRequest:
    """One call to a deployment's endpoint, made by the server for the browser or the client.

    Parameters
    ----------
    path
        Below the endpoint; ``/`` is the endpoint itself, empty where the Open Inference Protocol asks its model.
    """

    body: bytes
    path: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 60.0

    def below(self, endpoint: str, model: str) -> str:
        """Return where it goes.

        Parameters
        ----------
        endpoint
            With ``/`` at its end.
        model
            What the Open Inference Protocol calls the model there.
        """
        return endpoint + (self.path.lstrip("/") if self.path else f"v2/models/{model}/infer")


class Engine(Protocol):
    """A place where deployments run.

    Methods that change something return once the wish is durable, with the deployment as it then is;
    the work goes on afterwards and is seen through :meth:`watch`. Every change is a new
    :class:`Revision` with who, when, what, outcome and duration. ``if_match`` is the revision number
    that the caller saw: another one raises ``Conflict`` and changes nothing.

    ``quota`` holds the ceilings of the deployment's group (None: none): what would grow beyond them raises
    ``QuotaExceeded`` and changes nothing. It is compared with what the group uses in the same transaction that
    records the wish, so concurrent wishes, from however many servers, never exceed it together. An update counts its
    deployment once, with the replicas that run beside the old ones meanwhile; where the quota leaves no room for
    those, replicas are replaced one at a time.

    All raise ``NotFound`` for an unknown id and ``EngineUnavailable`` when the engine can't be reached.
    """

    name: str
    capabilities: Capabilities

    async def open(self) -> None:
        """Prepare; cheap, never waits for the engine's own start."""

    async def close(self) -> None:
        """Release what this process holds. Deployments go on running."""

    async def health(self) -> Health:
        """Tell the engine's state; never raises, never starts anything."""

    async def instance_types(self) -> list[InstanceType]:
        """The instance types that the engine itself offers; the first is the default."""

    async def capacity(self) -> Resources:
        """What a limit that an instance type doesn't have counts as in quotas: the whole machine."""

    async def deployments(self) -> tuple[list[Deployment], int]:
        """All deployments, and the resource version they are as of."""

    async def get(self, id: str) -> Deployment:
        """One deployment."""

    async def create(self, new: NewDeployment) -> Deployment:
        """Start a new deployment. ``AlreadyExists`` if the id is taken; concurrent creates: one wins."""

    async def update(
        self,
        id: str,
        change: UpdateDeployment,
        *,
        user: str,
        if_match: int | None = None,
        resources: Resources | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """Replace fields of the specification and roll the change out.

        ``resources`` are those of ``change.instance_type``.

        New replicas become ready first, then traffic moves, then the old ones drain: no request fails.
        If the new revision fails, it never takes traffic and the old one keeps serving. A stopped
        deployment stays stopped and takes the change at its next start.
        """

    async def scale(
        self,
        id: str,
        replicas: int,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """Change the number of replicas; those that stay are not restarted."""

    async def stop(self, id: str, *, user: str, update_message: str = "", if_match: int | None = None) -> Deployment:
        """End all replicas after they answered what is in flight; the endpoint answers 503 with JSON."""

    async def start(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """Start a stopped deployment with the replicas it had."""

    async def restart(
        self,
        id: str,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """Replace all replicas by fresh ones of the same specification, without a failed request.

        One whose first revision failed takes nothing of the quota until it is started anew.
        """

    async def rollback(
        self,
        id: str,
        revision: int,
        *,
        user: str,
        update_message: str = "",
        if_match: int | None = None,
        quota: Quota | None = None,
    ) -> Deployment:
        """Roll out the specification of an earlier revision, as a new revision.

        Whether it is stopped and who may call it stays as it is.
        """

    async def restart_replica(self, id: str, name: str, *, user: str, kill: bool = False) -> None:
        """Replace one replica by a fresh one; the others go on, and it answers what it has in flight first.

        ``kill`` ends it at once, whatever it does. ``NotFound`` if there is no such replica, ``Conflict`` while a
        revision is rolled out.
        """

    async def delete(self, id: str, *, if_match: int | None = None) -> None:
        """Remove a deployment and all it owns; returns when the endpoint is gone."""

    async def revisions(self, id: str) -> list[Revision]:
        """History, newest first."""

    async def environments(self, ids: Collection[str]) -> dict[str, list[Mapping[str, str]]]:
        """Environments of all revisions of several deployments, at the price of few questions, however many they are.

        Deployments that are not there are left out.
        """

    async def replicas(self, id: str) -> list[Replica]:
        """Replicas now, by revision and slot."""

    async def events(self, id: str) -> list[Event]:
        """What the engine did and saw, newest first."""

    def logs(self, id: str, query: LogQuery) -> AsyncIterator[list[LogLine]]:
        """Log lines in order of time, as many together as are there.

        While following, an empty list says that nothing is missing up to now: the first one once all that existed
        was told, then one at least every 5 s.
        """

    def watch(self, resource_version: int | None = None) -> AsyncIterator[Change]:
        """List and watch in one stream.

        Without a resource version: ``RESET``, all deployments as ``ADDED``, ``BOOKMARK``, then changes.
        With one: the changes since; ``RESET`` and the whole list if that is too long ago.
        A ``BOOKMARK`` at least every 15 s.
        """

    async def predict(self, id: str, request: PredictRequest) -> Prediction:
        """Send one request through the gateway, as any caller would; a private endpoint lets the server in."""

    async def try_out(self, spec: DeploymentSpec, request: dict[str, Any] | None = None, *, group: str) -> Trial:
        """Load a model for a moment, as a replica of its own, and record nothing.

        It runs where those of ``group`` do, is loaded with the specification's interpreter, environment and limits, and
        answers its example, as it would before it takes traffic; then ``request`` (an Open Inference Protocol v2
        inference request), if there is one.
        A failure is told in the answer. Only for engines with ``capabilities.trials``.
        """

    async def clients(self, id: str) -> list[Client]:
        """Who may call the endpoint while it is private, by name."""

    async def add_client(self, id: str, new: NewClient) -> Client:
        """Let a client in; it may call when this returns. ``AlreadyExists`` if the name is taken.

        An expired client is let in no more from that moment on, and stays in the list.
        """

    async def remove_client(self, id: str, name: str, *, user: str) -> None:
        """Revoke a client: it may call no more when this returns. ``NotFound`` if there is none of this name."""

    async def measurements(self) -> list[Measurement]:
        """What the replicas of each running deployment use now."""

    async def metrics(self, id: str, wanted: MetricsRange) -> Metrics:
        """Return what was measured of a deployment, ending now; what the engine can't know is ``None``, never 0.

        Counters go on over restarts of the engine, the gateway and the replicas. Only for engines with
        ``capabilities.metrics``, as the next seven.
        """

    async def questions(self, id: str) -> Questions:
        """Return what a Prometheus is to be asked about a deployment; what it can't know there is no question for."""

    async def overview(self) -> Overview | None:
        """Return what a Prometheus is to be asked about all deployments; None where the engine itself always measures.

        A Prometheus that is configured tells the summary, the usage and the alerts then.
        """

    async def metrics_summary(self) -> MetricsSummaryList:
        """Return the last 15 minutes of all deployments."""

    async def exposition(self, *, openmetrics: bool = False) -> str:
        """Return all that was counted since each deployment was created, in Prometheus' or OpenMetrics' text format."""

    async def alerts(self, id: str) -> Alerts:
        """Return the alert rules of a deployment and how they stand. A webhook is shown without its secret."""

    async def set_alerts(self, id: str, settings: AlertSettings, *, user: str, if_match: int | None = None) -> Alerts:
        """Replace the alert rules of a deployment; they are evaluated for as long as the engine runs.

        An alert that begins or ends is an event, and is sent to the webhook, with retries. ``if_match`` is the version
        that the caller saw.
        """

    async def usage(self) -> list[UsageLine]:
        """Return what each group used in each month, also of deployments that are gone."""

    async def libraries(self, image: str, names: Collection[str], *, groups: Collection[str]) -> Libraries | None:
        """Return what is known of some libraries (import names) in an image; None where nothing is.

        ``groups`` are those of whoever asks: what only others run in an image is not told. Only for engines with
        ``capabilities.images``.
        """

    async def has_artifact(self, digest: str) -> bool:
        """Tell whether the artifact is stored."""

    async def put_artifact(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """Store an artifact under its SHA-256; returns its size.

        ``InvalidInput`` if the bytes don't have this digest; nothing is kept then.
        """

    async def models(self) -> list[ModelOfDeployment]:
        """Each model of each deployment once, with the newest revision that has it."""

    async def saved_models(self) -> list[SavedModel]:
        """Models that were saved by name, oldest first."""

    async def save_model(self, new: NewSavedModel) -> SavedModel:
        """Keep a stored model by a name; its artifact stays when this returns, until :meth:`forget_model`.

        The group's first of this name is version 1, the next version 2; a version is never given twice.
        ``InvalidInput`` if its artifact is not stored.
        """

    async def forget_model(self, number: int) -> None:
        """Remove a saved model; ``NotFound`` if there is none. Deployments that have it keep it."""

    async def warm(self, request: WarmRequest) -> None:
        """Prepare to start replicas of such models fast; returns at once."""
