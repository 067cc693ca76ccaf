"""The values that travel between the layers, and the only source of the API's schema.

The OpenAPI document, the TypeScript types and the tables in ``docs/`` are generated from here.
All times are UTC, ISO 8601; sizes are bytes; durations are seconds.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.phases import Action, Outcome, Phase, Reason, Step
from primehub_deploy_ext.domain.resources import Resources, Usage
from primehub_deploy_ext.domain.values import Value

MAX_REPLICAS = 100
MAX_DESCRIPTION = 4096
MAX_METADATA = 64
MAX_METADATA_VALUE = 1024
MAX_ENV = 128
MAX_ENV_VALUE = 32768


def _check_name(value: str) -> str:
    value = value.strip()
    if not names.is_name(value):
        raise ValueError(names.NAME_RULE)
    return value


def _check_id(value: str) -> str:
    if not names.is_id(value):
        raise ValueError(names.ID_RULE)
    return value


def _check_image(value: str) -> str:
    if value and not names.is_image(value):
        raise ValueError(names.IMAGE_RULE)
    return value


def _check_metadata(value: dict[str, str]) -> dict[str, str]:
    for key in value:
        if not re.fullmatch(names.METADATA_KEY_PATTERN, key):
            raise ValueError(f"key {key!r}: {names.METADATA_KEY_RULE}")
    return value


def _check_env(value: dict[str, str]) -> dict[str, str]:
    for key, text in value.items():
        if not re.fullmatch(names.ENV_NAME_PATTERN, key):
            raise ValueError(f"name {key!r}: {names.ENV_NAME_RULE}")
        if "\0" in text:
            raise ValueError(f"the value of {key!r} must not contain NUL characters")
    return value


def _described(rule: str, **more: Any) -> dict[str, Any]:
    """Put a rule into the schema, in words that forms can show."""
    return {**more, "x-rule": rule}


def _rows(most: int, pattern: str, rule: str) -> dict[str, Any]:
    return {"maxProperties": most, "propertyNames": _described(rule, pattern=pattern)}


DeploymentName = Annotated[
    str,
    AfterValidator(_check_name),
    Field(max_length=names.NAME_MAX + 32, json_schema_extra=_described(names.NAME_RULE)),
]
DeploymentId = Annotated[
    str,
    AfterValidator(_check_id),
    Field(json_schema_extra=_described(names.ID_RULE, pattern=names.ID_PATTERN)),
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
OptionalDigest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Image = Annotated[
    str,
    Field(max_length=names.IMAGE_MAX, json_schema_extra=_described(names.IMAGE_RULE)),
    AfterValidator(_check_image),
]
PullSecretName = Annotated[str, Field(max_length=63, description="the login for the image's registry; empty: none")]
Metadata = Annotated[
    dict[str, Annotated[str, Field(max_length=MAX_METADATA_VALUE)]],
    Field(
        max_length=MAX_METADATA,
        json_schema_extra=_rows(MAX_METADATA, names.METADATA_KEY_PATTERN, names.METADATA_KEY_RULE),
    ),
    AfterValidator(_check_metadata),
]
Env = Annotated[
    dict[str, Annotated[str, Field(max_length=MAX_ENV_VALUE)]],
    Field(
        max_length=MAX_ENV,
        json_schema_extra=_rows(MAX_ENV, names.ENV_NAME_PATTERN, names.ENV_NAME_RULE),
    ),
    AfterValidator(_check_env),
]
Replicas = Annotated[int, Field(ge=1, le=MAX_REPLICAS, strict=True)]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]
UpdateMessage = Annotated[str, Field(max_length=1024)]
Access = Annotated[
    Literal["public", "private"],
    Field(description="public: whoever reaches the gateway may call the endpoint; private: its clients, by token"),
]


# --------------------------------------------------------------------------- the model that is served


class Tensor(Value):
    """One input or output of a model, in the words of the Open Inference Protocol v2."""

    name: str
    datatype: str = Field(description="OIP v2 datatype: FP64, INT64, BOOL, BYTES, …")
    shape: list[int] = Field(description="-1 where the size is free (the batch)")
    minimum: float | None = Field(default=None, description="smallest value in the example, numbers only")
    maximum: float | None = Field(default=None, description="largest value in the example, numbers only")


class Signature(Value):
    """What goes in and what comes out, recorded when the model was deployed."""

    content_type: Literal["np", "pd", "json"] = Field(
        description="np: one array; pd: one tensor per column of a data frame; json: any JSON value"
    )
    inputs: list[Tensor]
    outputs: list[Tensor] = Field(default_factory=list)
    derived: bool = Field(
        default=False, description="made from what the model tells about itself, not from an example of real data"
    )


class Model(Value):
    """A trained model as stored: the artifact, and what is needed to load and to try it; or an image that serves one.

    An image beside an artifact is what the artifact is run in; without one it serves by itself, on ``$PORT``.
    """

    image: Image = Field(default="", description="an OCI image, for engines with containers")
    artifact: OptionalDigest = Field(
        default="",
        validate_default=True,
        description="SHA-256 of the artifact's bytes, its key in the artifact store; empty: the image serves by itself",
    )
    size: int = Field(default=0, ge=0, description="bytes")
    serializer: Literal["cloudpickle"] = "cloudpickle"
    adapter: str = Field(
        default="callable", max_length=64, description="which runner adapter calls it: sklearn, callable"
    )
    class_name: str = Field(default="", max_length=512, description="type of the model, for people")
    interpreter: str = Field(
        default="",
        validate_default=True,
        max_length=4096,
        pattern=r"^(/|$)",
        description="absolute path of the Python that trained it, and runs it where the engine has no containers",
    )
    python_version: str = Field(default="", max_length=64)
    packages: dict[str, str] = Field(
        default_factory=dict, description="versions of the libraries that the model uses, by import name"
    )
    signature: Signature | None = None
    example: dict[str, Any] | None = Field(
        default=None, description="an OIP v2 inference request; a replica is ready once it predicted this"
    )

    @field_validator("artifact")
    @classmethod
    def _is_something(cls, artifact: str, others: ValidationInfo) -> str:
        # An image that can't be one is told by itself: no artifact is missing then.
        if not artifact and not others.data.get("image", "unusable"):
            raise PydanticCustomError("missing", "Field required")
        return artifact

    @field_validator("interpreter")
    @classmethod
    def _is_known(cls, interpreter: str, others: ValidationInfo) -> str:
        if not interpreter and others.data.get("artifact"):
            raise PydanticCustomError("missing", "Field required")
        return interpreter


# --------------------------------------------------------------------------- what callers send


class DeploymentSpec(Value):
    """All that a revision fixes."""

    model: Model
    replicas: Replicas = 1
    instance_type: str = Field(default="default", max_length=63)
    resources: Resources = Field(
        default_factory=Resources,
        description="what the instance type stood for when it was chosen; later edits of the type don't change it",
    )
    pull_secret: PullSecretName = ""
    env: Env = Field(default_factory=dict, description="values are masked in answers")
    access: Access = "public"
    metadata: Metadata = Field(default_factory=dict)
    description: Description = ""
    stopped: bool = False

    def template(self) -> dict[str, Any]:
        """The part that a replica is started from: when it changes, replicas are replaced."""
        return self.model_dump(mode="json", include={"model", "instance_type", "resources", "pull_secret", "env"})


class CreateDeployment(Value):
    """Body of ``POST deployments``."""

    name: DeploymentName
    id: DeploymentId | None = Field(default=None, description="made from the name when left out")
    group: str | None = Field(
        default=None, max_length=128, description="the caller's only or personal group when left out"
    )
    model: Model
    replicas: Replicas = 1
    instance_type: str | None = Field(default=None, max_length=63)
    pull_secret: PullSecretName = ""
    env: Env = Field(default_factory=dict)
    access: Access = "public"
    metadata: Metadata = Field(default_factory=dict)
    description: Description = ""
    update_message: UpdateMessage = ""


class UpdateDeployment(Value):
    """Body of ``PATCH deployments/{id}``: only the fields that are sent change."""

    model: Model | None = None
    replicas: Replicas | None = None
    instance_type: str | None = Field(default=None, max_length=63)
    pull_secret: PullSecretName | None = None
    env: Env | None = Field(default=None, description=f"a value of {MASK!r} keeps the current one")
    access: Access | None = None
    metadata: Metadata | None = None
    description: Description | None = None
    update_message: UpdateMessage = ""


class ScaleDeployment(Value):
    """Body of ``POST deployments/{id}:scale``."""

    replicas: Replicas
    update_message: UpdateMessage = ""


class RollbackDeployment(Value):
    """Body of ``POST deployments/{id}:rollback``."""

    revision: int = Field(ge=1, strict=True)
    update_message: UpdateMessage = ""


class ActionOptions(Value):
    """Body of ``POST deployments/{id}:stop``, ``:start`` and ``:restart``."""

    update_message: UpdateMessage = ""


class WarmRequest(Value):
    """Body of ``POST warm``: prepare to start replicas of such models fast."""

    interpreter: str = Field(max_length=4096, pattern=r"^/")
    packages: dict[str, str] = Field(default_factory=dict, description="import name → version")


class DriftQuestion(Value):
    """Body of ``POST drift``: what a model was made with, and the image that it is to run in."""

    image: Image = Field(default="", description="empty: the one that the engine runs stored models in")
    python_version: str = Field(default="", max_length=64)
    packages: dict[Annotated[str, Field(max_length=256)], Annotated[str, Field(max_length=256)]] = Field(
        default_factory=dict, max_length=256, description="import name → version"
    )


# --------------------------------------------------------------------------- what callers get


class LibraryDrift(Value):
    """One library that an image has in another version than the model was made with."""

    package: str = Field(description="import name, or ``python``")
    trained: str
    here: str | None = Field(description="null: the image doesn't have it")


class DriftAnswer(Value):
    """How an image differs from what a model was made with, as far as that is known before it runs there."""

    image: str = Field(description="empty: models run with the Python that trained them")
    known: bool = Field(description="false: nobody knows what is in the image")
    unknown: list[str] = Field(default_factory=list, description="libraries that nobody knows about")
    items: list[LibraryDrift] = Field(default_factory=list)


class ReplicaCount(Value):
    """How many replicas are wanted and how many answer."""

    desired: int
    ready: int


class UpdateStatus(Value):
    """A revision that is being rolled out, or whose roll-out failed while an older one serves."""

    revision: int
    outcome: Outcome
    reason: Reason | None = None
    message: str = ""


class Status(Value):
    """The state of a deployment now."""

    phase: Phase
    reason: Reason
    message: str
    replicas: ReplicaCount
    since: datetime = Field(description="when phase and reason became what they are")
    step: Step | None = Field(default=None, description="what a Deploying deployment waits for")
    step_since: datetime | None = None
    update: UpdateStatus | None = None


class Deployment(Value):
    """A named model service."""

    id: DeploymentId
    name: str
    group: str
    engine: str
    spec: DeploymentSpec = Field(description="of the revision being rolled out, else of the one that serves")
    revision: int = Field(description="number of the newest revision; also the ETag")
    serving_revision: int | None = Field(
        default=None, description="revision whose replicas take the traffic; none when nothing serves"
    )
    status: Status
    usage: Usage = Field(
        default_factory=Usage, description="its share of the group's quota now; nothing once it is stopped"
    )
    endpoint: str = Field(description="public base URL, ends with '/'")
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    managed_by: str = Field(
        default="",
        description="what made it and changes it, where that was not this server (kubectl, Argo CD, Helm, PrimeHub …): "
        "it is shown here, and refused to be changed",
    )
    resource_version: int = Field(description="grows with every change of anything; for watch")


class StepTime(Value):
    """When a replica took a step."""

    step: Step
    since: datetime


class Revision(Value):
    """One numbered, immutable snapshot of a deployment's specification."""

    number: int
    action: Action
    spec: DeploymentSpec
    user: str
    created_at: datetime
    update_message: str = ""
    rollback_to: int | None = None
    changes: list[str] = Field(default_factory=list, description="names of the fields that differ from before")
    outcome: Outcome = Outcome.IN_PROGRESS
    reason: Reason | None = None
    message: str = ""
    log_tail: list[str] = Field(default_factory=list, description="last log lines of a failed revision")
    finished_at: datetime | None = None
    duration: float | None = Field(default=None, description="seconds from request to outcome")
    steps: list[StepTime] = Field(
        default_factory=list, description="of the slowest replica that it started; none where it started none"
    )


class Replica(Value):
    """One running copy of the model."""

    name: str = Field(description="<revision>-<slot>: stable across restarts")
    revision: int
    slot: int
    attempt: int = Field(description="1 at first, +1 with every restart")
    step: Step
    step_since: datetime
    steps: list[StepTime] = Field(default_factory=list, description="of the current attempt, oldest first")
    pid: int | None = None
    restarts: int = 0
    serving: bool = Field(default=False, description="takes traffic")
    started_at: datetime | None = None
    message: str = ""
    memory: int | None = Field(default=None, description="bytes: proportional set size where known, else resident")
    last_exit: str = Field(default="", description="how the previous attempt ended")
    reason: Reason | None = Field(default=None, description="why the previous attempt failed, until one is ready")
    next_attempt_at: datetime | None = Field(
        default=None, description="when a replica that is backing off is started again"
    )


class Event(Value):
    """Something the engine did or saw."""

    time: datetime
    kind: Literal["Normal", "Warning"]
    reason: str
    message: str
    revision: int | None = None
    replica: str | None = None


class LogLine(Value):
    """One line that a replica printed."""

    time: datetime
    replica: str
    attempt: int
    stream: Literal["stdout", "stderr"]
    text: str
    position: int = Field(
        default=0, description="grows from line to line of one attempt; with its name a line's identity and a cursor"
    )
    container: str = Field(default="", description="which container of the replica printed it, where it has several")


class LogBeat(Value):
    """A line of a followed log that says: nothing is missing up to now."""

    beat: datetime = Field(description="the engine's clock")


class Health(Value):
    """State of the server extension and its engine."""

    version: str
    engine: str
    status: Literal["ok", "starting", "degraded", "unavailable"]
    message: str = ""
    gateway: str | None = Field(default=None, description="base URL of the gateway")
    details: dict[str, Any] = Field(default_factory=dict)


class DeploymentList(Value):
    """One page of deployments."""

    items: list[Deployment]
    total: int = Field(description="number that match, over all pages")
    counts: dict[str, int] = Field(default_factory=dict, description="matches per phase, before paging")
    resource_version: int
    continue_token: str | None = Field(default=None, description="pass it on to get the next page")


class RevisionList(Value):
    """History, newest first."""

    items: list[Revision]


class ReplicaList(Value):
    """Replicas now."""

    items: list[Replica]


class EventList(Value):
    """What the engine did and saw, newest first."""

    items: list[Event]


class Change(Value):
    """One line of the watch stream.

    ``RESET``: what follows is the whole list again, forget what you had. ``BOOKMARK``: everything
    up to ``resource_version`` was sent (also the heartbeat); its ``error`` says that the engine can't know what is true
    now: ``message``, and ``as_of``, when it last knew.
    """

    type: Literal["RESET", "ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    resource_version: int
    object: Deployment | None = None
    error: dict[str, Any] | None = None


class Prediction(Value):
    """What the replica answered to ``:predict``."""

    status: int
    content_type: str
    body: Any = Field(description="JSON value, or text where the answer was not JSON")
    latency_ms: float

    @classmethod
    def of(cls, status: int, content_type: str, body: bytes, latency_ms: float) -> Prediction:
        """Return an answer that came as bytes."""
        text = body.decode(errors="replace")
        try:
            value: Any = json.loads(text) if "json" in content_type else text
        except ValueError:
            value = text
        return cls(status=status, content_type=content_type, body=value, latency_ms=latency_ms)


class Trial(Value):
    """What came of trying a specification without recording anything: one replica, loaded and asked for a moment."""

    ok: bool
    reason: Reason | None = None
    message: str = Field(default="", description="why it failed, one line for people")
    log_tail: list[str] = Field(default_factory=list, description="the last lines that it printed")
    duration: float = Field(description="seconds")
    answer: Any = Field(default=None, description="what the model answered, where a request was given")


class ErrorBody(Value):
    """Every error, on every route."""

    code: str
    message: str
    fields: list[dict[str, str]] = Field(default_factory=list)
    details: dict[str, Any] = Field(default_factory=dict)
