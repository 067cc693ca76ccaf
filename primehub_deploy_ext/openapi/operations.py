"""The operations of the API as data: what each verb of each route takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from primehub_deploy_ext.domain import audit, clients, groups, metrics, resources, stored
from primehub_deploy_ext.domain import models as m
from primehub_deploy_ext.domain.phases import Phase

NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Parameter:
    """One query parameter."""

    name: str
    description: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True)
class Operation:
    """One verb of one route.

    Parameters
    ----------
    verb, route, id, summary
        ``id`` is the ``operationId``: the name that generated clients use.
    body
        Model of the JSON body; ``dict`` for any JSON, ``bytes`` for raw bytes.
    body_required
        False where an empty body will do.
    answer
        Model of the answer; ``dict`` for any JSON object; None for no body.
    preview
        Model of the answer (200) to ``dry_run=1``, where there is one.
    between
        Model of what may stand between the lines of a stream.
    status
        Of success.
    media
        Media types of the answer; each line of ``NDJSON`` is one ``answer``.
    errors
        Statuses besides 401, 403 and 503, which every operation may answer.
    """

    verb: str
    route: str
    id: str
    summary: str
    body: type[BaseModel | dict[str, Any] | bytes] | None = None
    body_required: bool = True
    answer: type[BaseModel | dict[str, Any]] | None = None
    preview: type[BaseModel] | None = None
    between: type[BaseModel] | None = None
    status: int = 200
    media: tuple[str, ...] = ("application/json",)
    parameters: tuple[Parameter, ...] = ()
    if_match: bool = False
    errors: tuple[int, ...] = ()


_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_POSITIVE = {"type": "integer", "minimum": 1}

_ALL = Parameter("all", "those of all groups (administrators)", _FLAG)
_RANGE = Parameter(
    "range", "how far back to look (15m when left out)",
    {"type": "string", "enum": [str(wanted) for wanted in metrics.MetricsRange]},
)  # fmt: skip
_DRY_RUN = (
    Parameter("dry_run", "check everything, change nothing, answer a DryRun with 200", _FLAG),
    Parameter("try", "with dry_run: also load the model for a moment, as a replica would", _FLAG),
)

_AUDIT_PARAMETERS = (
    Parameter("search", "words that all occur in user, action, target, group, address or message"),
    Parameter("user", "only by this user"),
    Parameter("action", "only this operationId"),
    Parameter("group", "only of this group"),
    Parameter("target", "only what was done to this id or name"),
    Parameter("outcome", f"outcomes, separated by commas: {', '.join(map(str, audit.AuditOutcome))}"),
    Parameter("since", "only at or after this time", {"type": "string", "format": "date-time"}),
    Parameter("until", "only before this time", {"type": "string", "format": "date-time"}),
    Parameter("limit", "size of a page (100 when left out)", _POSITIVE),
    Parameter("continue", "continue_token of the page before"),
)

_LIST_PARAMETERS = (
    _ALL,
    Parameter("search", "words that all occur in the name, the id or the metadata"),
    Parameter("status", f"phases, separated by commas: {', '.join(map(str, Phase))}"),
    Parameter("group", "only those of this group"),
    Parameter("user", "only those that this user created"),
    Parameter("broken", "only what needs attention (1), or only what doesn't (0)", _FLAG),
    Parameter(
        "sort", "name, id, group, phase, created_at, created_by, updated_at, updated_by; '-' in front: descending"
    ),
    Parameter("limit", "size of a page; everything when left out", _POSITIVE),
    Parameter("continue", "continue_token of the page before"),
)

_TIME: dict[str, object] = {"type": "string", "format": "date-time"}

_LOG_PARAMETERS = (
    Parameter("replica", "name of a replica; all, merged by time, when left out"),
    Parameter("attempt", "number of an attempt, or 'previous'; all that are kept when left out"),
    Parameter("tail", "only the last lines of what exists already", _COUNT),
    Parameter("since", "only lines at or after this time", _TIME),
    Parameter("until", "only lines at or before this time", _TIME),
    Parameter(
        "after",
        "positions of lines that were seen, such as 1-0.1:5120,1-1.2:0 (replica.attempt:position): of these attempts "
        "only what comes behind; since is for the others",
    ),
    Parameter("before", "positions: of these attempts only what comes in front; until is for the others"),
    Parameter("follow", "go on with new lines", _FLAG),
    Parameter("beats", "while following, a LogBeat now and then: nothing is missing up to its time", _FLAG),
    Parameter("timestamps", "of text: every line with its time in front", _FLAG),
)

_ONE = "deployments/{id}"
_GROUP = "groups/{group}"
_TYPE = "instance-types/{name}"
_LOGIN = "pull-secrets/{name}"


def _action(name: str, summary: str, body: type[BaseModel], *, body_required: bool = True) -> Operation:
    return Operation(
        "POST", f"{_ONE}:{name}", f"{name}Deployment", summary, body=body, body_required=body_required,
        answer=m.Deployment, if_match=True, errors=(400, 404, 409),
    )  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "health", "getHealth", "State of the extension and its engine", answer=m.Health),
    Operation("GET", "me", "getMe", "Who the caller is", answer=groups.Me),
    Operation(
        "GET", "groups", "listGroups", "Groups of the caller", answer=groups.GroupList, parameters=(_ALL,),
        errors=(400,),
    ),
    Operation(
        "POST", "groups", "createGroup", "Add a group", body=groups.CreateGroup, answer=groups.Group, status=201,
        errors=(400, 409),
    ),
    Operation("GET", _GROUP, "getGroup", "One group", answer=groups.Group, errors=(404,)),
    Operation(
        "PATCH", _GROUP, "updateGroup", "Change fields of a group", body=groups.UpdateGroup, answer=groups.Group,
        if_match=True, errors=(400, 404, 409),
    ),
    Operation(
        "DELETE", _GROUP, "deleteGroup", "Remove a group", status=204, if_match=True,
        parameters=(
            Parameter(
                "deployments", "what becomes of those it owns: refused (409) while there are any when left out",
                {"type": "string", "enum": ["keep", "delete"]},
            ),
        ),
        errors=(400, 404, 409),
    ),
    Operation(
        "GET", "instance-types", "listInstanceTypes", "Resources to choose from", answer=groups.InstanceTypeList,
        parameters=(_ALL, Parameter("group", "only those of this group")), errors=(400,),
    ),
    Operation(
        "POST", "instance-types", "createInstanceType", "Add an instance type", body=groups.CreateInstanceType,
        answer=groups.InstanceType, status=201, errors=(400, 409),
    ),
    Operation(
        "PATCH", _TYPE, "updateInstanceType", "Change fields of an instance type", body=groups.UpdateInstanceType,
        answer=groups.InstanceType, if_match=True, errors=(400, 404, 409),
    ),
    Operation(
        "DELETE", _TYPE, "deleteInstanceType", "Remove an instance type; what runs with it keeps it", status=204,
        if_match=True, errors=(400, 404, 409),
    ),
    Operation(
        "GET", "pull-secrets", "listPullSecrets", "Logins for image registries, without passwords",
        answer=groups.PullSecretList, parameters=(_ALL,), errors=(400,),
    ),
    Operation(
        "POST", "pull-secrets", "createPullSecret", "Add a pull secret", body=groups.CreatePullSecret,
        answer=groups.PullSecretInfo, status=201, errors=(400, 409),
    ),
    Operation(
        "PATCH", _LOGIN, "updatePullSecret", "Change fields of a pull secret", body=groups.UpdatePullSecret,
        answer=groups.PullSecretInfo, if_match=True, errors=(400, 404, 409),
    ),
    Operation(
        "DELETE", _LOGIN, "deletePullSecret", "Remove a pull secret", status=204, if_match=True,
        errors=(400, 404, 409),
    ),
    Operation(
        "GET", "audit", "listAudit", "Who did what, newest first", answer=audit.AuditList,
        media=("application/json", "text/csv"), parameters=_AUDIT_PARAMETERS, errors=(400,),
    ),
    Operation(
        "GET", "measurements", "listMeasurements", "CPU and memory in use now", answer=resources.MeasurementList,
        parameters=(_ALL,), errors=(400,),
    ),
    Operation(
        "GET", "metrics", "scrapeMetrics", "All counters for Prometheus; by the token for scraping, or as admin",
        answer=dict, media=("text/plain", "application/openmetrics-text"), errors=(400,),
    ),
    Operation(
        "GET", "metrics/summary", "listMetrics", "The last 15 minutes of all deployments: for sparklines and badges",
        answer=metrics.MetricsSummaryList, parameters=(_ALL,), errors=(400,),
    ),
    Operation(
        "GET", "usage", "getUsage", "What each group used in each month (administrators)", answer=metrics.UsageReport,
        media=("application/json", "text/csv"), parameters=(Parameter("month", "only this one: 2026-11"),),
        errors=(400,),
    ),
    Operation("GET", "openapi.json", "getOpenApi", "This document", answer=dict),
    Operation(
        "GET", "deployments", "listDeployments", "One page of deployments", answer=m.DeploymentList,
        parameters=_LIST_PARAMETERS, errors=(400,),
    ),
    Operation(
        "POST", "deployments", "createDeployment", "Start a new deployment", body=m.CreateDeployment,
        answer=m.Deployment, status=201, preview=groups.DryRun, parameters=_DRY_RUN, errors=(400, 409),
    ),
    Operation("GET", _ONE, "getDeployment", "One deployment", answer=m.Deployment, errors=(404,)),
    Operation(
        "PATCH", _ONE, "updateDeployment", "Change fields and roll the change out", body=m.UpdateDeployment,
        answer=m.Deployment, preview=groups.DryRun, if_match=True, parameters=_DRY_RUN, errors=(400, 404, 409),
    ),
    Operation(
        "DELETE", _ONE, "deleteDeployment", "Remove a deployment and all it owns", status=204, if_match=True,
        errors=(400, 404, 409),
    ),
    _action("stop", "End all replicas, keep everything else", m.ActionOptions, body_required=False),
    _action("start", "Start a stopped deployment", m.ActionOptions, body_required=False),
    _action("restart", "Replace all replicas by fresh ones", m.ActionOptions, body_required=False),
    _action("scale", "Change the number of replicas", m.ScaleDeployment),
    _action("rollback", "Roll out the specification of an earlier revision", m.RollbackDeployment),
    Operation(
        "POST", f"{_ONE}:predict", "predict", "One request to the endpoint", body=dict, answer=m.Prediction,
        parameters=(Parameter("path", "below the endpoint (``/``: itself); its v2 infer route when left out"),),
        errors=(400, 404, 502),
    ),
    Operation("GET", f"{_ONE}/revisions", "listRevisions", "History", answer=m.RevisionList, errors=(404,)),
    Operation("GET", f"{_ONE}/revisions/{{number}}", "getRevision", "One revision", answer=m.Revision, errors=(404,)),
    Operation(
        "POST", f"{_ONE}/revisions/{{number}}:try", "tryRevision",
        "Load the model of a revision for a moment and ask it (an OIP v2 inference request)", body=dict,
        answer=m.Trial, errors=(400, 404, 429),
    ),
    Operation("GET", f"{_ONE}/replicas", "listReplicas", "Replicas now", answer=m.ReplicaList, errors=(404,)),
    Operation(
        "POST", f"{_ONE}/replicas/{{name}}:restart", "restartReplica", "Replace one replica by a fresh one", status=204,
        parameters=(Parameter("kill", "end it at once, whatever it does", _FLAG),), errors=(400, 404, 409),
    ),
    Operation("GET", f"{_ONE}/events", "listEvents", "What the engine did and saw", answer=m.EventList, errors=(404,)),
    Operation(
        "GET", f"{_ONE}/metrics", "getMetrics", "What was measured, as columns for charts", answer=metrics.Metrics,
        media=("application/json", "text/csv"), parameters=(_RANGE,), errors=(400, 404, 502),
    ),
    Operation(
        "GET", f"{_ONE}/alerts", "getAlerts", "Alert rules and how they stand", answer=metrics.Alerts,
        errors=(400, 404),
    ),
    Operation(
        "PUT", f"{_ONE}/alerts", "setAlerts", "Replace the alert rules; a webhook as it was shown stays",
        body=metrics.AlertSettings, answer=metrics.Alerts, if_match=True, errors=(400, 404, 409),
    ),
    Operation(
        "GET", f"{_ONE}/clients", "listClients", "Who may call the endpoint while it is private",
        answer=clients.ClientList, errors=(404,),
    ),
    Operation(
        "POST", f"{_ONE}/clients", "addClient", "Let a client in; the answer alone has its token",
        body=clients.CreateClient, answer=clients.ClientToken, status=201, errors=(400, 404, 409),
    ),
    Operation(
        "DELETE", f"{_ONE}/clients/{{name}}", "removeClient", "Revoke a client at once", status=204,
        errors=(404,),
    ),
    Operation(
        "GET", f"{_ONE}/logs", "streamLogs", "Log lines; an ErrorBody as the last one if they break off",
        answer=m.LogLine, between=m.LogBeat, media=(NDJSON, "text/plain"), parameters=_LOG_PARAMETERS,
        errors=(400, 404),
    ),
    Operation(
        "GET", "watch", "watch", "List and watch in one stream", answer=m.Change, media=(NDJSON,),
        parameters=(
            Parameter("resource_version", "go on after this one; the whole list when left out", _COUNT), _ALL,
        ),
        errors=(400,),
    ),
    Operation(
        "GET", "deployment-ids", "checkDeploymentId", "Whether an id can be had, or a free one",
        answer=stored.IdCheck,
        parameters=(
            Parameter("id", "the one that is wanted; one is made from the name when left out"),
            Parameter("name", "of the deployment"),
        ),
    ),
    Operation(
        "GET", "interpreters", "listInterpreters", "Pythons that can run models", answer=stored.InterpreterList,
    ),
    Operation(
        "POST", "model-files", "packModelFile", "Make a file of the file browser a stored model", body=stored.ModelFile,
        answer=m.Model, errors=(400, 404, 413),
    ),
    Operation(
        "GET", "models", "listModels", "Models that may be deployed again, newest first", answer=stored.StoredModelList,
        parameters=(
            Parameter("search", "words that all occur in names, ids, the type of the model or its digest"),
            Parameter("group", "only those of this group"),
            Parameter("limit", "at most so many (50 when left out)", _POSITIVE),
        ),
        errors=(400, 404),
    ),
    Operation(
        "POST", "models", "saveModel", "Keep a stored model by a name", body=stored.SaveModel, answer=stored.SavedModel,
        status=201, errors=(400,),
    ),
    Operation("DELETE", "models/{number}", "forgetModel", "Remove a saved model", status=204, errors=(404,)),
    Operation("HEAD", "artifacts/{sha256}", "hasArtifact", "Whether the artifact is stored", errors=(400, 404)),
    Operation(
        "PUT", "artifacts/{sha256}", "putArtifact", "Store an artifact", body=bytes, answer=dict, status=201,
        errors=(400, 413),
    ),
    Operation(
        "POST", "drift", "compareLibraries", "What an image has of other versions than a model was made with",
        body=m.DriftQuestion, answer=m.DriftAnswer, errors=(400,),
    ),
    Operation("POST", "warm", "warm", "Prepare a launcher", body=m.WarmRequest, answer=dict, status=202, errors=(400,)),
)  # fmt: skip

# Names of the operations by verb and route.
OPERATION_IDS = {(operation.verb, operation.route): operation.id for operation in OPERATIONS}
