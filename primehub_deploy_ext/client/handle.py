"""A deployment as a notebook holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from primehub_deploy_ext.client import cards, cells, tables
from primehub_deploy_ext.client.access import ClientToken, check_access, expiry_time
from primehub_deploy_ext.client.brief import with_brief_calls
from primehub_deploy_ext.client.endpoint import client_command, curl_command
from primehub_deploy_ext.client.history import revision_before
from primehub_deploy_ext.client.logs import Log, format_lines, since_time
from primehub_deploy_ext.client.metrics import metrics_figure, metrics_frame
from primehub_deploy_ext.client.prediction import Predictor
from primehub_deploy_ext.client.rollout import wait_for
from primehub_deploy_ext.client.status import DeploymentStatus
from primehub_deploy_ext.client.submission import beside, stored_model
from primehub_deploy_ext.domain.errors import DeployError, InvalidInput
from primehub_deploy_ext.domain.phases import Phase

if TYPE_CHECKING:
    from primehub_deploy_ext.client.rest import RestClient

Json = dict[str, Any]

DEFAULT_TIMEOUT = 120.0


@with_brief_calls
class DeploymentHandle:
    """One deployment: call it, look at it, change it.

    Methods that change something wait until the change is done, unless ``wait=False``; they return the handle.

    Parameters
    ----------
    rest
        The server it lives on.
    deployment
        As the server gave it.
    """

    def __init__(self, rest: RestClient, deployment: Json) -> None:
        self._rest = rest
        self._deployment = deployment
        self._predictor = Predictor(rest, deployment)

    # ------------------------------------------------------------------ looking

    @property
    def id(self) -> str:
        """The unique id, part of the endpoint's address."""
        return str(self._deployment["id"])

    @property
    def name(self) -> str:
        """The title people read."""
        return str(self._deployment["name"])

    @property
    def endpoint(self) -> str:
        """Base URL of the endpoint; ends with ``/``."""
        return str(self._deployment["endpoint"])

    @property
    def status(self) -> DeploymentStatus:
        """The state now."""
        return DeploymentStatus.of(self._fresh())

    @property
    def phase(self) -> Phase:
        """``Deployed``, ``Failed``, ``Deploying`` or ``Stopped``, now."""
        return self.status.phase

    @property
    def spec(self) -> Json:
        """What was asked for, as JSON: model, replicas, instance type, environment, metadata, description."""
        return dict(self._fresh()["spec"])

    def refresh(self) -> DeploymentHandle:
        """Ask the server anew for all that the handle shows."""
        self._fresh()
        return self

    def history(self) -> Any:
        """Return all revisions as a data frame, newest first."""
        return tables.revisions_table(self.revisions())

    def revisions(self) -> list[Json]:
        """Return all revisions as JSON values with all their details, newest first."""
        return self._rest.items(self.id, "revisions")

    def replicas(self) -> Any:
        """Return the running copies as a data frame."""
        return tables.replicas_table(self._rest.items(self.id, "replicas"))

    def events(self) -> Any:
        """Return what the engine did and saw as a data frame, newest first."""
        return tables.events_table(self._rest.items(self.id, "events"))

    def metrics(self, range: str = "15m") -> Any:
        """Return what was measured, as a data frame with one row per point in time (UTC).

        Parameters
        ----------
        range
            ``"15m"``, ``"1h"``, ``"6h"``, ``"24h"`` or ``"7d"``, ending now.

        Returns
        -------
        pandas.DataFrame
            Columns ``qps``, ``success``, ``latency p95``, ``reward 3`` (by revision), ``cpu 3-0`` (by replica), …;
            rates are per second, latencies seconds, memory bytes. NaN is *not measured*, which is not zero.
            ``frame.attrs`` has ``totals``, ``marks`` and ``not_measured``.
        """
        return metrics_frame(self._rest.metrics(self.id, range))

    def plot(self, range: str = "15m") -> Any:
        """Draw :meth:`metrics` as the page does; the ``matplotlib.figure.Figure`` shows itself in a notebook.

        Raises
        ------
        InvalidInput
            matplotlib is not installed in this kernel.
        """
        return metrics_figure(self._rest.metrics(self.id, range), self.name)

    def logs(
        self,
        replica: str | None = None,
        tail: int | None = 200,
        follow: bool = False,
        attempt: int | str | None = None,
        since: Any = None,
    ) -> Log | Iterator[str]:
        """Return what the replicas printed.

        Parameters
        ----------
        replica
            A replica's name (see :meth:`replicas`); all of them merged by time when left out.
        tail
            Only the last lines of what is there already; None for all.
        follow
            Return an iterator that goes on with new lines until it is closed.
        attempt
            Number of a start of the replica, or ``"previous"`` for the one that ended last.
        since
            Only lines from then on: a datetime, ISO 8601 text, a timedelta, or seconds ago.
        """
        lines = self._rest.logs(
            self.id, follow=follow, replica=replica, tail=tail, attempt=attempt, since=since_time(since)
        )
        return format_lines(lines) if follow else Log.of(lines)

    def curl(self) -> str:
        """Return a shell command that sends the model's recorded example to the endpoint.

        Of an image that serves by itself it asks for the address alone: paths and bodies are the image's own.
        Where that is private, put a client and its token (see :meth:`add_client`) into the places of ``-u``.
        """
        return curl_command(self._fresh())

    # ------------------------------------------------------------------ calling

    def predict(
        self,
        X: Any,  # noqa: N803 (as scikit-learn)
        *,
        method: str | None = None,
        timeout: float = 60.0,
        token: str | None = None,
    ) -> Any:
        """Send data to the endpoint and return what the model says, as the kind of data that went in.

        Parameters
        ----------
        X
            A data frame, series, array or list of rows; any JSON value for functions.
        method
            For example ``"predict_proba"``; the model's default method when left out.
        timeout
            Seconds.
        token
            Of a client, for a private endpoint. When left out, those go through the server, which lets you in as a
            member of the group; the model sees ``primehub-deploy.server`` in ``X-Forwarded-User``.

        Returns
        -------
        Any
            A series or data frame with the index of ``X`` for pandas, an array for arrays, a list for lists, the
            bare value for other JSON values. A dict by name where the model has several outputs.

        Raises
        ------
        InvalidInput
            The model can't take the data; the message names the field.
        Unauthenticated
            The endpoint is private, and the token is none of its clients'.
        """
        return self._predictor.predict(X, method=method, timeout=timeout, token=token, refresh=self._fresh)

    def clients(self) -> Any:
        """Return who may call the endpoint while it is private, as a data frame."""
        return tables.clients_table(self._rest.items(self.id, "clients"))

    def add_client(self, name: str, expires: Any = None) -> ClientToken:
        """Let somebody call the private endpoint; returns the token, which nobody can show again.

        Parameters
        ----------
        name
            Of the client: lower-case letters, digits, ``_`` and ``-``. The model sees it in ``X-Forwarded-User``.
        expires
            A datetime, a timedelta from now, or ISO 8601 text; when it is revoked, if left out.

        Raises
        ------
        AlreadyExists
            There is a client of this name.
        """
        added = self._rest.add_client(self.id, {"name": name, "expires_at": expiry_time(expires)})
        token = str(added["token"])
        deployment = self._fresh()
        command = client_command(deployment, f"{name}:{token}")
        public = deployment["spec"]["access"] == "public"
        return ClientToken(name, token, added["client"]["expires_at"], command, public)

    def remove_client(self, name: str) -> None:
        """Revoke a client's token; it may call no more when this returns."""
        self._rest.remove_client(self.id, name)

    # ------------------------------------------------------------------ changing

    def update(
        self,
        model: Any = None,
        *,
        example: Any = None,
        replicas: int | None = None,
        env: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
        description: str | None = None,
        instance_type: str | None = None,
        access: Literal["public", "private"] | None = None,
        adapter: str | None = None,
        update_message: str = "",
        wait: bool = True,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> DeploymentHandle:
        """Change the deployment without a failed request; only what is given changes.

        Parameters are those of :func:`~primehub_deploy_ext.client.deploy`.

        Raises
        ------
        DeploymentFailed
            The new revision doesn't come to serve. The one before still does, and the message says so.
        """
        fields = {
            "replicas": replicas,
            "env": None if env is None else dict(env),
            "metadata": None if metadata is None else dict(metadata),
            "description": description,
            "instance_type": instance_type,
            "access": access,
        }
        if access is not None:
            check_access(access)
        body = {name: value for name, value in fields.items() if value is not None}
        if model is not None:
            image = self._runner_image()
            stored = stored_model(self._rest, model, example=example, adapter=adapter, env=env, image=image)
            body["model"] = beside(stored, image)
        elif example is not None or adapter is not None:
            raise InvalidInput("update: an example or an adapter goes with a model; give the model too")
        if not body:
            raise InvalidInput("update: nothing to change; give a model, replicas, env, metadata, description, …")
        return self._changed(self._rest.update(self.id, {**body, "update_message": update_message}), wait, timeout)

    def rollback(
        self,
        revision: int | None = None,
        *,
        update_message: str = "",
        wait: bool = True,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> DeploymentHandle:
        """Roll out an earlier revision again, as a new one.

        Parameters
        ----------
        revision
            Its number (see :meth:`history`). When left out: the newest one before that which serves, where the
            model, the environment or the instance type was another.
        """
        if revision is None:
            revision = revision_before(self._fresh(), self.revisions())
        return self._act("rollback", wait, timeout, revision=revision, update_message=update_message)

    def scale(
        self, n: int, *, update_message: str = "", wait: bool = True, timeout: float = DEFAULT_TIMEOUT
    ) -> DeploymentHandle:
        """Change the number of replicas."""
        return self._act("scale", wait, timeout, replicas=n, update_message=update_message)

    def stop(
        self, *, update_message: str = "", wait: bool = True, timeout: float = DEFAULT_TIMEOUT
    ) -> DeploymentHandle:
        """End all replicas; the endpoint then answers 503, the history stays."""
        return self._act("stop", wait, timeout, goal=Phase.STOPPED, update_message=update_message)

    def start(
        self, *, update_message: str = "", wait: bool = True, timeout: float = DEFAULT_TIMEOUT
    ) -> DeploymentHandle:
        """Start it again as it was."""
        return self._act("start", wait, timeout, update_message=update_message)

    def restart(
        self, *, update_message: str = "", wait: bool = True, timeout: float = DEFAULT_TIMEOUT
    ) -> DeploymentHandle:
        """Replace all replicas by fresh ones, without a failed request."""
        return self._act("restart", wait, timeout, update_message=update_message)

    def delete(self) -> None:
        """Remove the deployment, its endpoint and its history."""
        self._rest.delete(self.id)

    def wait(self, timeout: float = DEFAULT_TIMEOUT) -> DeploymentHandle:
        """Wait until nothing is being rolled out.

        Raises
        ------
        DeploymentFailed, DeploymentTimeout
            As :func:`~primehub_deploy_ext.client.deploy` does.
        """
        goal = Phase.STOPPED if self._fresh()["spec"]["stopped"] else Phase.DEPLOYED
        return self._follow(timeout, goal)

    def _follow(self, timeout: float, goal: Phase) -> DeploymentHandle:
        wait_for(self._rest, self._deployment, timeout=timeout, goal=goal, seen=self._take)
        return self

    def _fresh(self) -> Json:
        self._take(self._rest.deployment(self.id))
        return self._deployment

    def _runner_image(self) -> str:
        """Return the image of its own that the stored model runs in; an image that serves by itself is none."""
        model = self.spec["model"]
        return model.get("image", "") if model.get("artifact") else ""

    def _act(
        self, action: str, wait: bool, timeout: float, *, goal: Phase = Phase.DEPLOYED, **body: Any
    ) -> DeploymentHandle:
        return self._changed(self._rest.act(self.id, action, body), wait, timeout, goal)

    def _changed(self, deployment: Json, wait: bool, timeout: float, goal: Phase = Phase.DEPLOYED) -> DeploymentHandle:
        self._take(deployment)
        return self._follow(timeout, goal) if wait else self

    def _take(self, deployment: Json) -> None:
        self._deployment = deployment
        self._predictor.take(deployment)

    # ------------------------------------------------------------------ showing

    def __repr__(self) -> str:
        status = self._deployment["status"]
        count = status["replicas"]
        return (
            f"<DeploymentHandle {self.id} {self.name!r}: {status['phase']}, revision {self._deployment['revision']}, "
            f"{count['ready']}/{count['desired']} replicas, {self.endpoint}>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Json:  # noqa: ARG002 (IPython's)
        note = ""
        try:
            self._take(self._rest.deployment(self.id, timeout=2.0))
        except DeployError as error:
            note = f"as of {self._deployment['updated_at']}: {error}"
        if not note and cells.has_card(self.id):
            return {"text/plain": repr(self)}
        return {
            "text/plain": repr(self),
            "text/html": cards.deployment_card(self._deployment, note),
            cards.MIME_TYPE: cards.card_reference(self._deployment),
        }
