"""Envoy's bootstrap: all that stays the same while deployments come and go.

The listener is here and not in a file of its own, because a change of a listener reaches only new
connections; routes and clusters (:mod:`.config`) reach all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.engines.local.gateway.settings import Settings

Json = dict[str, Any]

ROUTES_FILE = "rds.json"
CLUSTERS_FILE = "cds.json"
PUBLIC_PROGRAM = "public.lua"

_TYPES = "type.googleapis.com/envoy."
_MEBIBYTE = 1024 * 1024
_OWNER_ONLY = 0o600

# Kept small: with all statistics of 300 deployments a scrape is 5 MB and takes 0.3 s. What is asked for by
# GatewayStatus or by wait_healthy and drained must be among them.
_STATISTICS = [
    {"prefix": "gw."},
    {"prefix": "http.gw."},
    {"prefix": "listener_manager."},
    {"prefix": "cluster_manager."},
    {"prefix": "server."},
    {
        "safe_regex": {
            "regex": r"cluster\..*\.(membership_(healthy|total)"
            r"|upstream_cx_(active|connect_fail|overflow|(rx|tx)_bytes_total)|upstream_rq_(active|total|retry|retry_overflow|pending_overflow))"
        }
    },
]
_LATENCY_BUCKETS_US = [round(seconds * 1_000_000) for seconds in LATENCY_BOUNDS]
# Envoy marks its own answers with flags: no healthy host, connect failed, reset, overflow, retries used up, …
_UNAVAILABLE_FLAGS = ["UH", "UF", "UC", "UR", "LR", "UPE", "URX", "UO", "NC"]
_LOCAL_REPLIES = {
    400: ("invalid", "the request can't be read"),
    401: ("unauthenticated", "this endpoint is private: send a client's token"),
    403: ("forbidden", "this request is not allowed"),
    408: ("timeout", "the request did not arrive in time"),
    413: ("too_large", "the request is larger than {max_body} bytes"),
    426: ("upgrade_required", "HTTP/1.0 is too old for this request: use HTTP/1.1"),
    431: ("too_large", "the request's headers are too large"),
    504: ("timeout", "the deployment did not answer within {route_timeout:g} s"),
}


def bootstrap(settings: Settings, *, port: int, admin: str, xds: str, nobody: str) -> Json:
    """Build the bootstrap.

    Parameters
    ----------
    port
        What to listen on.
    admin
        Path of the admin socket. Two processes must never share one.
    xds
        Folder of the routes' and clusters' files.
    nobody
        28 characters of random base64, the hash of no known secret. It is the only user where a route says
        nothing about users, so that a route without authentication denies, and never admits, everybody.
    """
    return {
        "node": {"id": "gateway", "cluster": "local"},
        "admin": {"address": {"pipe": {"path": admin, "mode": _OWNER_ONLY}}},
        "stats_flush_interval": "1s",
        "stats_config": {
            "histogram_bucket_settings": [{"match": {"prefix": "gw.latency_us"}, "buckets": _LATENCY_BUCKETS_US}],
            "stats_matcher": {"inclusion_list": {"patterns": _STATISTICS}},
        },
        "overload_manager": {
            "resource_monitors": [
                _extension(
                    "envoy.resource_monitors.global_downstream_max_connections",
                    "extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=10_000,
                )
            ]
        },
        "dynamic_resources": {"cds_config": _watched(f"{xds}/{CLUSTERS_FILE}")},
        "static_resources": {
            "listeners": [
                {
                    "name": "gw",
                    "address": {"socket_address": {"address": settings.host, "port_value": port}},
                    "per_connection_buffer_limit_bytes": _MEBIBYTE,
                    "filter_chains": [{"filters": [_http(settings, f"{xds}/{ROUTES_FILE}", nobody)]}],
                }
            ]
        },
    }


def _program(name: str) -> Json:
    return {"inline_string": files(__package__).joinpath(name).read_text("utf-8")}


def _http(settings: Settings, routes: str, nobody: str) -> Json:
    return _extension(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="gw",
        rds={"route_config_name": "gw", "config_source": _watched(routes)},
        # Resolved before routing: /deployment/a/../b is a request for b, with b's users.
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        server_header_transformation="PASS_THROUGH",
        use_remote_address=True,
        preserve_external_request_id=True,
        always_set_request_id_in_response=True,
        stream_idle_timeout="0s",
        request_headers_timeout="10s",
        common_http_protocol_options={"idle_timeout": "3600s"},
        http_protocol_options={"accept_http_10": True, "default_host_for_http_10": "gw"},
        # Public routes would pass on a forged one.
        early_header_mutation_extensions=[
            _extension(
                "forged_user",
                "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                mutations=[{"remove": "x-forwarded-user"}],
            )
        ],
        http_filters=[
            _extension(
                "bearer",
                "extensions.filters.http.lua.v3.Lua",
                default_source_code=_program("bearer.lua"),
                # By name: Envoy would keep an interpreter for each route that has a text of its own.
                source_codes={PUBLIC_PROGRAM: _program(PUBLIC_PROGRAM)},
            ),
            _extension(
                "basic",
                "extensions.filters.http.basic_auth.v3.BasicAuth",
                realm="deployments",
                forward_username_header="x-forwarded-user",
                users={"inline_string": f"_:{{SHA}}{nobody}"},
            ),
            _extension(
                "size",
                "extensions.filters.http.body_size_limit.v3.BodySizeLimit",
                max_request_bytes=settings.max_body,
            ),
            _extension("router", "extensions.filters.http.router.v3.Router"),
        ],
        local_reply_config={"mappers": list(_local_replies(settings))},
        access_log=_counters(),
    )


def _local_replies(settings: Settings) -> Iterable[Json]:
    # A mapper without a filter would also catch the direct responses of `config`, and put JSON into JSON.
    yield {
        "filter": {"response_flag_filter": {"flags": _UNAVAILABLE_FLAGS}},
        "headers_to_add": [{"header": {"key": "retry-after", "value": "1"}}],
        "body_format_override": _error(
            "unavailable", "no replica of this deployment answers: %LOCAL_REPLY_BODY%", flags="%RESPONSE_FLAGS%"
        ),
    }
    for status, (code, text) in _LOCAL_REPLIES.items():
        message = text.format(max_body=settings.max_body, route_timeout=settings.route_timeout)
        yield {
            "filter": {"status_code_filter": _compare("EQ", status)},
            "body_format_override": _error(code, message, details="%RESPONSE_CODE_DETAILS%"),
        }


def _counters() -> list[Json]:
    # Metrics with labels of our own, and for answers that never reach a cluster (401, 404, stopped) too. Every
    # statistic and every label of it costs every request a microsecond or two: the number of requests and their time
    # are in the one histogram, and what a route is about is one label (:mod:`.readings` takes it apart).
    labels = {
        "route": "%METADATA(ROUTE:gw:route)%",
        "revision": "%METADATA(CLUSTER:gw:revision)%",
        "code": "%RESPONSE_CODE%",
    }
    logger = "extensions.access_loggers.stats.v3.Config"
    aborted = _extension(
        "aborted",
        logger,
        stats_scope={"prefix": "gw", "max_counters": 50_000},
        counters=[{"value_fixed": 1, "stat": _statistic("aborted", labels)}],
    )
    answered = _extension(
        "answered",
        logger,
        stats_scope={"prefix": "gw"},
        histograms=[
            {
                "unit": "Microseconds",
                "value_format": "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%",
                "stat": _statistic("latency_us", labels),
            }
        ],
    )
    # A request that its caller gave up has no code and no end.
    return [
        aborted | {"filter": {"status_code_filter": _compare("LE", 0)}},
        answered | {"filter": {"status_code_filter": _compare("GE", 1)}},
    ]


def _statistic(name: str, labels: dict[str, str]) -> Json:
    return {"name": name, "tags": [{"name": key, "value_format": value} for key, value in labels.items()]}


def _compare(operator: str, status: int) -> Json:
    return {"comparison": {"op": operator, "value": {"default_value": status, "runtime_key": "unused"}}}


def _error(code: str, message: str, **more: str) -> Json:
    error = {"code": code, "message": message, "deployment": "%METADATA(ROUTE:gw:deployment)%", **more}
    return {"content_type": "application/json", "json_format": {"error": error}}


def _watched(path: str) -> Json:
    return {"resource_api_version": "V3", "path_config_source": {"path": path}}


def _extension(name: str, type_name: str, **config: Any) -> Json:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}{type_name}", **config}}
