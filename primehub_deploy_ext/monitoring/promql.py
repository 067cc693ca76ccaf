"""Every PromQL expression there is: of dashboards, alert rules, the page's charts and the docs. Pure.

Expressions are made for a :class:`Scope`. Success, 4xx and 5xx are of predictions at the gateway, as in the page.
Where there is traffic but no error, an error rate is 0; where nothing is measured, the answer is empty: ``or 0 * …``
makes that difference. A ratio without a denominator (no traffic, no feedback) is empty, not ``NaN`` or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from primehub_deploy_ext.monitoring import names
from primehub_deploy_ext.monitoring.histogram import PERCENTILES

# HTTP codes, and the names that gRPC has for the server's fault.
SERVER_FAULT = "5..|Internal|Unavailable|Unknown|DeadlineExceeded"
CLIENT_FAULT = "4.."
PREDICT = "/predict|.*/infer|.*:predict|.*/[Pp]redict"


@dataclass(frozen=True)
class Scope:
    """What an expression is about, and over which time it looks.

    Parameters
    ----------
    deployment, revision, model
        Regular expressions, or Grafana's variables.
    window
        Of ``rate``: at least four scrape intervals (https://grafana.com/blog/2020/09/28/new-in-grafana-7.2-__rate_interval).
    namespace
        Regular expression, on a cluster, where a name is one deployment's in each namespace; empty: wherever it is.
    predictor
        Regular expression: which of those that count under Seldon's names; empty: whoever does.
    """

    deployment: str = "$deployment"
    revision: str = "$revision"
    model: str = "$model"
    window: str = "$__rate_interval"
    namespace: str = ""
    predictor: str = ""

    def server(self, **more: str) -> str:
        """Return the matchers of predictions at the gateway."""
        return _braces(**self._whose, service="predictions", **more)

    def client(self, **more: str) -> str:
        """Return the matchers of calls of models."""
        return _braces(**self._whose, model_version=self.revision, model_image=self.model, **more)

    def replica(self) -> str:
        """Return the matchers of replicas."""
        return _braces(**self._place)

    @property
    def _place(self) -> dict[str, str]:
        found = {"namespace": self.namespace, "deployment_name": self.deployment}
        return {name: text for name, text in found.items() if text}

    @property
    def _whose(self) -> dict[str, str]:
        return self._place | ({"predictor_name": self.predictor} if self.predictor else {})


DASHBOARD = Scope()
ANY = Scope(deployment=".+", revision=".*", model=".*", window="5m")


def requests(scope: Scope, by: str = "") -> str:
    """Predictions a second, whatever came of them."""
    return f"sum{_by(by)}(rate({names.SERVER}_count{scope.server()}[{scope.window}]))"


def success(scope: Scope, by: str = "") -> str:
    """Share of predictions that were not answered with 5xx; empty without traffic."""
    good = f"sum{_by(by)}(rate({names.SERVER}_count{scope.server(code_not=SERVER_FAULT)}[{scope.window}]))"
    # Where all failed there may be no series of anything else.
    return f"({good} or 0 * {requests(scope, by)}) / ({requests(scope, by)} > 0)"


def client_errors(scope: Scope, by: str = "") -> str:
    """4xx a second."""
    return _errors(scope, CLIENT_FAULT, by)


def server_errors(scope: Scope, by: str = "") -> str:
    """5xx a second."""
    return _errors(scope, SERVER_FAULT, by)


def latency(scope: Scope, percentile: str, by: str = "") -> str:
    """Return the seconds from the first byte in to the last out that a share of predictions stay below."""
    labels = ", ".join(filter(None, ["le", by]))
    rate = f"sum by ({labels})(rate({names.SERVER}_bucket{scope.server()}[{scope.window}]))"
    return f"histogram_quantile({PERCENTILES[percentile]}, {rate})"


def predict_requests(scope: Scope) -> str:
    """Predictions a second that reached a model, by model and revision."""
    matchers = scope.client(service=PREDICT)
    return f"sum by (model_image, model_version)(rate({names.CLIENT}_count{matchers}[{scope.window}]))"


def model_latency(scope: Scope) -> str:
    """Mean seconds that a model took, by model and revision."""
    matchers = scope.client(service=PREDICT)
    seconds = f"sum by (model_image, model_version)(rate({names.CLIENT}_sum{matchers}[{scope.window}]))"
    return f"{seconds} / ({predict_requests(scope)} > 0)"


def reward(scope: Scope, by: str = "model_image, model_version") -> str:
    """Mean reward by model and revision, zeros included; empty without feedback."""
    rate = "sum{by}(rate({name}{matchers}[{window}]))"
    parts = {"by": _by(by), "matchers": scope.client(), "window": scope.window}
    return f"{rate.format(name=names.REWARD, **parts)} / ({rate.format(name=names.FEEDBACK, **parts)} > 0)"


def count_by_code(scope: Scope, by: str = "") -> str:
    """How many predictions there were in the window, by status code."""
    labels = ", ".join(filter(None, ["code", by]))
    return f"sum by ({labels})(increase({names.SERVER}_count{scope.server()}[{scope.window}]))"


def aborted(scope: Scope) -> str:
    """How many predictions were given up by their callers in the window."""
    return f"sum(increase({names.ABORTED}{scope.server()}[{scope.window}]))"


def feedback_count(scope: Scope) -> str:
    """How often feedback named a reward in the window."""
    return f"sum(increase({names.FEEDBACK}{scope.client()}[{scope.window}]))"


def feedback(scope: Scope) -> str:
    """Feedback a second that named a reward."""
    return f"sum(rate({names.FEEDBACK}{scope.client()}[{scope.window}]))"


def batch_size(scope: Scope) -> str:
    """Mean rows in a call of a model, by revision."""
    rate = "sum by (predictor_version)(rate({name}{matchers}[{window}]))"
    parts = {"matchers": scope.replica(), "window": scope.window}
    return f"{rate.format(name=names.BATCH_ROWS, **parts)} / ({rate.format(name=names.BATCHES, **parts)} > 0)"


def in_flight(scope: Scope) -> str:
    """Requests being answered."""
    return f"sum({names.IN_FLIGHT}{scope.replica()})"


def bytes_in(scope: Scope) -> str:
    """Bytes a second from callers."""
    return f"sum(rate({names.BYTES_IN}{scope.replica()}[{scope.window}]))"


def bytes_out(scope: Scope) -> str:
    """Bytes a second to callers."""
    return f"sum(rate({names.BYTES_OUT}{scope.replica()}[{scope.window}]))"


def cpu(scope: Scope) -> str:
    """CPU cores in use, by replica."""
    return f"sum by (replica)(rate({names.CPU}{scope.replica()}[{scope.window}]))"


def memory(scope: Scope) -> str:
    """Bytes held, by replica."""
    return f"sum by (replica)({names.MEMORY}{scope.replica()})"


def ready(scope: Scope) -> str:
    """Replicas that answer; several servers may tell it of one cluster."""
    return f"sum(max by (namespace, deployment_name)({names.READY}{scope.replica()}))"


def replicas_ready(scope: Scope) -> str:
    """Replicas that say themselves that they answer."""
    return f"sum({names.REPLICA_READY}{scope.replica()})"


def no_ready_replica(by: str) -> str:
    """Deployments that shall run and have nobody who answers; several servers may tell it of one cluster."""
    return f"max by ({by})({names.DESIRED}) > 0 and max by ({by})({names.READY}) == 0"


def restarts(window: str, by: str) -> str:
    """How often replicas were started again."""
    return f"sum by ({by})(increase({names.RESTARTS}[{window}]))"


def quota_used() -> str:
    """Share of its quota that a group uses, by resource."""
    return f"{names.USAGE} / on (group, resource) ({names.QUOTA} > 0)"


def usage(scope: Scope) -> dict[str, str]:
    """What the replicas of each namespace took and answered in the window; memory is looked at every 5 minutes."""
    every = 300
    held, wide = f"{names.MEMORY}{scope.replica()}", f"[{scope.window}:{every}s]"
    hours = f"{every} / 3600"
    there = f"count by (namespace, deployment_name)(count_over_time({held}{wide}))"
    return {
        "cpu_hours": f"sum by (namespace)(increase({names.CPU}{scope.replica()}[{scope.window}])) / 3600",
        "memory_gb_hours": f"sum by (namespace)(sum_over_time({held}{wide})) * {hours} / 1e9",
        "replica_hours": f"sum by (namespace)(count_over_time({held}{wide})) * {hours}",
        "requests": f"sum by (namespace)(increase({names.SERVER}_count{scope.server()}[{scope.window}]))",
        "deployments": f"count by (namespace)({there})",
    }


def deployments() -> str:
    """Return Grafana's query for the names of deployments."""
    return f"label_values({names.SERVER}_count, deployment_name)"


def label_of_models(label: str) -> str:
    """Return Grafana's query for a label of the models of the chosen deployments."""
    return f'label_values({names.CLIENT}_count{{deployment_name=~"$deployment"}}, {label})'


def _errors(scope: Scope, codes: str, by: str) -> str:
    rate = f"sum{_by(by)}(rate({names.SERVER}_count{scope.server(code=codes)}[{scope.window}]))"
    return f"{rate} or 0 * {requests(scope, by)}"


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""


def _braces(**labels: str) -> str:
    """Return matchers; ``service="predictions"`` is one word and compared as such, the rest are regular expressions."""
    parts = []
    for name, text in labels.items():
        if name.endswith("_not"):
            parts.append(f'{name.removesuffix("_not")}!~"{text}"')
        else:
            operator = "=" if text == "predictions" else "=~"
            parts.append(f'{name}{operator}"{text}"')
    return "{" + ",".join(parts) + "}"
