"""Envoy's two files: clusters (CDS) and routes (RDS), as functions of the state.

Endpoints stand inline in their cluster: a file per cluster would cost an inotify instance each, of which a
user has 128, and Envoy aborts when they run out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from primehub_deploy_ext.engines.local.gateway.bootstrap import PUBLIC_PROGRAM
from primehub_deploy_ext.engines.local.gateway.routes import MAX_MESSAGE, Cluster, Route, Unavailable

Json = dict[str, Any]

PREFIX = "/deployment/"
READY_PATH = "/v2/health/ready"

_TYPES = "type.googleapis.com/envoy."
_JSON = "application/json"
_NEVER = 4_294_967_295
_PLENTY = 4096
_RETRY_BUFFER = 4 * 1024 * 1024

_PUBLIC = {
    "basic": {"@type": f"{_TYPES}config.route.v3.FilterConfig", "disabled": True},
    "bearer": {"@type": f"{_TYPES}extensions.filters.http.lua.v3.LuaPerRoute", "name": PUBLIC_PROGRAM},
}
_OTHER_REPLICA = {
    "name": "envoy.retry_host_predicates.previous_hosts",
    "typed_config": {"@type": f"{_TYPES}extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
}
_RETRY: Json = {
    "num_retries": 3,
    "host_selection_retry_max_attempts": 5,
    "retry_back_off": {"base_interval": "0.005s", "max_interval": "0.05s"},
    "retry_host_predicate": [_OTHER_REPLICA],
}
# Predictions may be repeated: with `reset` the death of a replica is seen by no caller.
_RETRY_PREDICTION = _RETRY | {"retry_on": "connect-failure,refused-stream,reset"}
# Feedback counts: it is repeated only while nothing of it was sent.
_RETRY_FEEDBACK = _RETRY | {"retry_on": "connect-failure,refused-stream,reset-before-request"}


@dataclass(frozen=True)
class ConfigFile:
    """One file for Envoy, and the version by which Envoy says that it took it (a digest of the content)."""

    version: str
    text: str

    @property
    def resources(self) -> dict[str, Json]:
        """Its clusters, or its one table of routes, by name."""
        return {resource["name"]: resource for resource in json.loads(self.text)["resources"]}


def clusters_file(clusters: Iterable[Cluster], *, kept: Mapping[str, Json] | None = None) -> ConfigFile:
    """Render cds.json.

    Parameters
    ----------
    kept
        Clusters of an earlier file that stay where ``clusters`` has none of that name.
    """
    resources = dict(kept or {}) | {cluster.name: _cluster(cluster) for cluster in clusters}
    return _file([resources[name] for name in sorted(resources)])


def routes_file(routes: Iterable[Route], unavailable: Iterable[Unavailable], *, timeout: float) -> ConfigFile:
    """Render rds.json.

    Parameters
    ----------
    timeout
        Seconds that a replica has for a whole answer.
    """
    served = {PREFIX + route.deployment + "/": _served(route, timeout) for route in routes}
    waiting = {PREFIX + item.deployment + "/": _unavailable(item) for item in unavailable}
    # Keys are bare prefixes, and Envoy doesn't fall back from a longer key to a shorter one: each key ends
    # in "/" so that it covers no other deployment, and each list ends in a route that takes everything.
    lists = dict(sorted((served | waiting).items())) | {PREFIX: [_with_slash(), _not_found()]}
    matcher = {
        "matcher_tree": {
            "input": {
                "name": "path",
                "typed_config": {
                    "@type": f"{_TYPES}type.matcher.v3.HttpRequestHeaderMatchInput",
                    "header_name": ":path",
                },
            },
            # A list of routes is scanned from its head; in this map all deployments are equally near.
            "prefix_match_map": {"map": {key: _on_match(routes) for key, routes in lists.items()}},
        },
        "on_no_match": _on_match([_not_found()]),
    }
    return _file(
        [
            {
                "@type": f"{_TYPES}config.route.v3.RouteConfiguration",
                "name": "gw",
                # A longer body makes Envoy refuse the file. Escaped, one character takes up to 12 bytes.
                "max_direct_response_body_size_bytes": 12 * MAX_MESSAGE + 1024,
                "virtual_hosts": [{"name": "all", "domains": ["*"], "matcher": matcher}],
            }
        ]
    )


def _file(resources: list[Json]) -> ConfigFile:
    # JSON, not YAML: a third of the time to apply.
    content = json.dumps(resources, separators=(",", ":"))
    version = hashlib.sha256(content.encode()).hexdigest()[:16]
    return ConfigFile(version, f'{{"version_info":"{version}","resources":{content}}}')


def _cluster(cluster: Cluster) -> Json:
    endpoints = [{"endpoint": {"address": {"pipe": {"path": socket}}}} for socket in cluster.sockets]
    http = f"{_TYPES}extensions.upstreams.http.v3.HttpProtocolOptions"
    return {
        "@type": f"{_TYPES}config.cluster.v3.Cluster",
        "name": cluster.name,
        "type": "STATIC",
        "connect_timeout": "1s",
        # LEAST_REQUEST would prefer the replica that just died: it has no request in flight.
        "lb_policy": "ROUND_ROBIN",
        "metadata": {"filter_metadata": {"gw": {"revision": str(cluster.revision)}}},
        "load_assignment": {"cluster_name": cluster.name, "endpoints": [{"lb_endpoints": endpoints}]},
        "common_lb_config": {
            "healthy_panic_threshold": {"value": 0},
            # By default changes of health within 1 s of another wait that long: requests go where nobody is.
            "update_merge_window": "0s",
        },
        # The default allows 3 retries at a time: a replica's death needs one for each request in flight.
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": _PLENTY,
                    "max_pending_requests": _PLENTY,
                    "max_requests": _PLENTY,
                    "max_retries": _PLENTY,
                }
            ]
        },
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "1s",
                # One that is down is asked more often: that is how long a restarted replica waits for traffic.
                # no_traffic_* (default: 60 s) rules before a cluster's first request, and after start.
                "unhealthy_interval": "0.25s",
                "no_traffic_interval": "0.25s",
                "no_traffic_healthy_interval": "1s",
                "unhealthy_threshold": 1,
                "healthy_threshold": 1,
                # The default Host is the cluster's name, and one with a "/" is answered with 400.
                "http_health_check": {"path": READY_PATH, "host": "localhost"},
            }
        ],
        # A replica that can't be connected to is left out at once; a model's 500 is no reason to.
        "outlier_detection": {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": 1,
            "consecutive_5xx": _NEVER,
            "consecutive_gateway_failure": _NEVER,
            "interval": "0.5s",
            "base_ejection_time": "1s",
            "max_ejection_percent": 50,
            "enforcing_success_rate": 0,
            "enforcing_local_origin_success_rate": 0,
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": http,
                # Below the replica's own, or a request meets a connection that is just being closed.
                "common_http_protocol_options": {"idle_timeout": "60s"},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }


def _served(route: Route, timeout: float) -> list[Json]:
    prefix = PREFIX + route.deployment + "/"
    if len(route.clusters) == 1:
        target: Json = {"cluster": route.clusters[0][0]}
    else:
        target = {"weighted_clusters": {"clusters": [{"name": name, "weight": w} for name, w in route.clusters]}}
    # With path_separated_prefix the replica would get "//path".
    forward = target | {"prefix_rewrite": "/", "timeout": f"{timeout:g}s"}
    guard = _guard(route.deployment, route.users)

    def kind(name: str, method: str, retry: Json, *headers: Json) -> Json:
        return {
            "match": {"prefix": prefix, **({"headers": list(headers)} if headers else {})},
            "metadata": _labels(route, name, method),
            "typed_per_filter_config": guard,
            # Who may call a private endpoint is no business of its model; see public.lua for the others.
            **({} if route.users is None else {"request_headers_to_remove": ["authorization"]}),
            # A retry needs the whole body again; the default keeps 1 MiB.
            "request_body_buffer_limit": _RETRY_BUFFER,
            "route": forward | {"retry_policy": retry},
        }

    return [
        kind("feedback", "post", _RETRY_FEEDBACK, _is_feedback(prefix), _is("POST")),
        kind("predictions", "post", _RETRY_PREDICTION, _is("POST")),
        kind("other", "get", _RETRY_PREDICTION, _is("GET")),
        kind("other", "other", _RETRY_PREDICTION),
    ]


def _is(method: str) -> Json:
    return {"name": ":method", "string_match": {"exact": method}}


def _is_feedback(prefix: str) -> Json:
    return {"name": ":path", "string_match": {"safe_regex": {"regex": rf"{prefix}api/v[01]\.[01]/feedback(\?.*)?"}}}


def _guard(realm: str, users: tuple[str, ...] | None) -> Json:
    if users is None:
        return _PUBLIC
    kind = f"{_TYPES}extensions.filters.http.basic_auth.v3.BasicAuthPerRoute"
    return {"basic": {"@type": kind, "realm": realm, "users": {"inline_string": "\n".join(users)}}}


def _unavailable(item: Unavailable) -> list[Json]:
    message = item.message if len(item.message) <= MAX_MESSAGE else item.message[: MAX_MESSAGE - 1] + "…"
    error = {"code": item.code, "message": message, "deployment": item.deployment}
    # json.dumps leaves nothing but ASCII: no text of a traceback can make the file invalid.
    headers = {"content-type": _JSON}
    if item.retry_after is not None:
        headers["retry-after"] = str(item.retry_after)
    prefix = PREFIX + item.deployment + "/"

    # Counted as what they would have been: to callers a prediction that is refused is one that failed.
    def kind(name: str, method: str, *conditions: Json) -> Json:
        return {
            "match": {"prefix": "/", **({"headers": list(conditions)} if conditions else {})},
            "metadata": _labels(item, name, method),
            "typed_per_filter_config": _guard(item.deployment, item.users),
            "direct_response": {"status": 503, "body": {"inline_string": json.dumps({"error": error})}},
            "response_headers_to_add": [
                {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
                for key, value in headers.items()
            ],
        }

    return [
        kind("feedback", "post", _is_feedback(prefix), _is("POST")),
        kind("predictions", "post", _is("POST")),
        kind("other", "get", _is("GET")),
        kind("other", "other"),
    ]


def _with_slash() -> Json:
    return {
        "match": {"safe_regex": {"regex": PREFIX + "[a-z][a-z0-9-]*"}},
        "typed_per_filter_config": _PUBLIC,
        "redirect": {
            "response_code": "PERMANENT_REDIRECT",
            "regex_rewrite": {"pattern": {"regex": "$"}, "substitution": "/"},
        },
    }


def _not_found() -> Json:
    error = {"code": "not_found", "message": "there is no deployment at this address", "path": "%REQ(:PATH)%"}
    return {
        "match": {"prefix": "/"},
        "typed_per_filter_config": _PUBLIC,
        "direct_response": {
            "status": 404,
            "body_format": {"content_type": _JSON, "json_format": {"error": error}},
        },
    }


def _labels(of: Route | Unavailable, kind: str, method: str) -> Json:
    counted = f"{of.counted_as or of.deployment}/{kind}/{method}"
    return {"filter_metadata": {"gw": {"deployment": of.deployment, "route": counted}}}


def _on_match(routes: list[Json]) -> Json:
    return {
        "action": {"name": "routes", "typed_config": {"@type": f"{_TYPES}config.route.v3.RouteList", "routes": routes}}
    }
