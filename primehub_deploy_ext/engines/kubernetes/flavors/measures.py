"""What a Prometheus can be asked about deployments of each flavor, and so what can't be known of them. Pure.

Who counts is told by what runs: our runner, Seldon's orchestrator, KServe's model servers, or an image of somebody's
own, of which only the node and a service mesh know anything. Series of a cluster have the label ``namespace``, as
documented scrape configurations set it.
"""

from __future__ import annotations

from dataclasses import replace

from primehub_deploy_ext.monitoring import names, promql
from primehub_deploy_ext.monitoring.histogram import PERCENTILES
from primehub_deploy_ext.monitoring.promql import CLIENT_FAULT, SERVER_FAULT, Scope
from primehub_deploy_ext.monitoring.questions import WINDOW, Question, Questions, of_endpoint

# What no one but our gateway counts: there is none on a cluster.
_GATEWAY = ("bytes_in", "bytes_out")
_ANY = ".*"

# The kubelet's (cAdvisor) and kube-state-metrics' names.
_CPU, _HELD = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
_READY = "kube_pod_status_ready"
# https://istio.io/latest/docs/reference/config/metrics/
_MESH, _MESH_TIME = "istio_requests_total", "istio_request_duration_milliseconds"
# https://github.com/kserve/kserve/blob/master/python/kserve/kserve/metrics.py
_KSERVE = "request_predict_seconds"


def of_runner(namespace: str, name: str, pods: str) -> Questions:
    """Return what is known where our runner serves.

    Parameters
    ----------
    pods
        Regular expression of the names of its pods: those that have not been scraped are seen by the node alone.
    """
    scope = _scope(namespace, name, "default")
    known, node = of_endpoint(scope), _of_node(namespace, pods)
    charts = {column: question for column, question in known.charts.items() if column not in _GATEWAY}
    for column in ("cpu", "memory"):
        charts[column] = Question(f"{charts[column].expression} or {node[column].expression}", "replica")
    told = (promql.replicas_ready(scope), charts["ready"].expression, node["ready"].expression)
    charts["ready"] = Question(" or ".join(told))
    # Nobody stands before the replicas and sees who gives up.
    return replace(known, charts=charts, aborted=None)


def of_image(namespace: str, workload: str, pods: str) -> Questions:
    """Return what is known of an image that serves by itself: what the node tells, and a mesh where there is one."""
    to = f'reporter="destination",destination_workload_namespace="{namespace}",destination_workload="{workload}"'
    node = _of_node(namespace, pods)

    def rate(more: str = "") -> str:
        return f"sum(rate({_MESH}{{{to}{more}}}[{WINDOW}]))"

    def errors(codes: str) -> Question:
        return Question(f"{rate(_code(codes))} or 0 * {rate()}")

    def latency(share: float) -> Question:
        return Question(f"histogram_quantile({share}, sum by (le)(rate({_MESH_TIME}_bucket{{{to}}}[{WINDOW}]))) / 1000")

    counted = f'label_replace(increase({_MESH}{{{to}}}[{WINDOW}]), "code", "$1", "response_code", "(.*)")'
    good = f"{rate(_code(SERVER_FAULT, '!~'))} or 0 * {rate()}"
    return Questions(
        charts={
            "qps": Question(rate()),
            "success": Question(f"({good}) / ({rate()} > 0)"),
            "client_errors": errors(CLIENT_FAULT),
            "server_errors": errors(SERVER_FAULT),
            **node,
        },
        latency={name: latency(share) for name, share in PERCENTILES.items()},
        codes=Question(f"sum by (code)({counted})"),
    )


def of_executor(namespace: str, name: str, pods: str) -> Questions:
    """Return what is known behind Seldon's orchestrator, which counts under the names that ours are from.

    Its wrapper of models counts no reward of zero, so the mean is taken over the feedback that the orchestrator saw.
    """
    scope = _scope(namespace, name)
    known, node = of_endpoint(scope), _of_node(namespace, pods)
    # PrimeHub's controller calls the wrapper otherwise than the orchestrator.
    place = f'namespace="{namespace}",deployment_name=~"(deploy-)?{name}"'
    heard = f'{names.SERVER}_count{{namespace="{namespace}",deployment_name="{name}",service="feedback",code="200"}}'
    reward = f"sum(rate({names.REWARD}{{{place}}}[{WINDOW}])) / (sum(rate({heard}[{WINDOW}])) > 0)"
    of_all = f'label_replace({reward}, "model_version", "", "", "")'
    kept = ("qps", "success", "client_errors", "server_errors", "predict_qps", "model_latency")
    return Questions(
        charts={column: known.charts[column] for column in kept} | {"reward": Question(of_all, "model_version")} | node,
        latency=known.latency,
        codes=known.codes,
        feedback=Question(f"sum(increase({heard}[{WINDOW}]))"),
        reward=Question(reward),
    )


def of_model_server(namespace: str, name: str, pods: str) -> Questions:
    """Return what is known of KServe's model servers: how often and how long they predict, and no status of any answer.

    Requests are a mesh's, where there is one.
    """
    known = of_image(namespace, f"{name}-predictor", pods)
    place = f'namespace="{namespace}",pod=~"{pods}"'

    def rate(part: str) -> str:
        return f"sum by (model_name)(rate({_KSERVE}_{part}{{{place}}}[{WINDOW}]))"

    return replace(
        known,
        charts={
            **known.charts,
            "predict_qps": Question(rate("count"), "model_name"),
            "model_latency": Question(f"{rate('sum')} / ({rate('count')} > 0)", "model_name"),
        },
    )


def pods_of(workload: str) -> str:
    """Return the regular expression of the names of a Deployment's pods."""
    return f"{workload}-[a-z0-9]+-[a-z0-9]+"


def _scope(namespace: str, name: str, predictor: str = "") -> Scope:
    return Scope(name, _ANY, _ANY, WINDOW, namespace=namespace, predictor=predictor)


def _of_node(namespace: str, pods: str) -> dict[str, Question]:
    """Return what the kubelet and kube-state-metrics tell of pods, whatever runs in them."""
    place = f'namespace="{namespace}",pod=~"{pods}"'
    cpu = f'rate({_CPU}{{{place},container!="",container!="POD"}}[{WINDOW}])'
    held = f'{_HELD}{{{place},container!="",container!="POD"}}'
    return {
        "cpu": Question(_by_replica(cpu), "replica"),
        "memory": Question(_by_replica(held), "replica"),
        "ready": Question(f'sum({_READY}{{{place},condition="true"}})'),
    }


def _by_replica(expression: str) -> str:
    return f'sum by (replica)(label_replace({expression}, "replica", "$1", "pod", "(.*)"))'


def _code(codes: str, operator: str = "=~") -> str:
    return f',response_code{operator}"{codes}"'
