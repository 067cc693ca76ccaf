"""Phases, steps, reasons and outcomes: the closed vocabularies that the API speaks."""

from __future__ import annotations

from enum import Enum


class Phase(str, Enum):
    """What a person sees first: one word and one colour for a whole deployment."""

    DEPLOYED = "Deployed"
    FAILED = "Failed"
    DEPLOYING = "Deploying"
    STOPPED = "Stopped"

    def __str__(self) -> str:
        return self.value


class Step(str, Enum):
    """Where one replica is on its way to serving, in this order."""

    SCHEDULING = "scheduling"
    PULLING = "pulling"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    BACKING_OFF = "backing-off"
    STOPPING = "stopping"
    EXITED = "exited"

    def __str__(self) -> str:
        return self.value


class Reason(str, Enum):
    """Why a deployment is in its phase, for programs; ``message`` says it to people."""

    # Deployed
    READY = "Ready"
    DEGRADED = "Degraded"
    UPDATE_FAILED = "UpdateFailed"
    # Deploying
    SCHEDULING = "Scheduling"
    STARTING = "Starting"
    LOADING = "Loading"
    ROLLING_UPDATE = "RollingUpdate"
    SCALING = "Scaling"
    RESTARTING = "Restarting"
    STOPPING = "Stopping"
    DELETING = "Deleting"
    # Failed
    MODEL_LOAD_FAILED = "ModelLoadFailed"
    EXAMPLE_FAILED = "ExampleFailed"
    INTERPRETER_UNUSABLE = "InterpreterUnusable"
    START_TIMEOUT = "StartTimeout"
    CRASH_LOOP = "CrashLoop"
    OOM_KILLED = "OOMKilled"
    ARTIFACT_MISSING = "ArtifactMissing"
    GATEWAY_UNAVAILABLE = "GatewayUnavailable"
    # Failed, or why a replica can't start yet: only where a cluster runs them
    IMAGE_PULL_FAILED = "ImagePullFailed"
    CONFIG_MISSING = "ConfigMissing"
    COMMAND_FAILED = "CommandFailed"
    PROBE_FAILED = "ProbeFailed"
    VOLUME_FAILED = "VolumeFailed"
    UNSCHEDULABLE = "Unschedulable"
    QUOTA_DENIED = "QuotaDenied"
    ADMISSION_DENIED = "AdmissionDenied"
    NODE_LOST = "NodeLost"
    EVICTED = "Evicted"
    # Stopped
    STOPPED = "Stopped"

    def __str__(self) -> str:
        return self.value


class Action(str, Enum):
    """What a revision did to its deployment."""

    CREATE = "create"
    UPDATE = "update"
    SCALE = "scale"
    STOP = "stop"
    START = "start"
    RESTART = "restart"
    ROLLBACK = "rollback"

    def __str__(self) -> str:
        return self.value


class Outcome(str, Enum):
    """How a revision ended."""

    IN_PROGRESS = "in progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"

    def __str__(self) -> str:
        return self.value
