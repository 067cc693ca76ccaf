"""The way to a deployment from outside: an ``HTTPRoute`` or an ``Ingress``, and the URL that comes of it. Pure.

The public path is always ``/deployment/<id>/``. The runner knows it and takes it as it is; before other images it is
cut off, by a filter of the route (https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/).
"""

from __future__ import annotations

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import HTTP_ROUTE, INGRESS, Kind
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json, Way


def public_path(id: str) -> str:
    """Return the path of a deployment, as callers from outside see it."""
    return f"/deployment/{id}/"


def endpoint(id: str, namespace: str, inner_path: str, way: Way) -> str:
    """Return the base URL of a deployment, with ``/`` at its end."""
    if way.route in {"gateway", "ingress"} and way.public_url:
        return way.public_url.rstrip("/") + public_path(id)
    port = "" if words.SERVICE_PORT == 80 else f":{words.SERVICE_PORT}"
    return f"http://{id}.{namespace}.svc.{way.cluster_domain}{port}{inner_path}"


def route_of(id: str, namespace: str, backend: Backend, way: Way) -> tuple[Kind, Json] | None:
    """Return the object that leads to a deployment; None where none is configured."""
    if way.route == "gateway":
        return HTTP_ROUTE, _http_route(id, namespace, backend, way)
    if way.route == "ingress":
        return INGRESS, _ingress(id, namespace, backend, way)
    return None


def _http_route(id: str, namespace: str, backend: Backend, way: Way) -> Json:
    gateway_namespace, _, rest = way.gateway.partition("/")
    name, _, section = rest.partition("/")
    parent = {"namespace": gateway_namespace, "name": name, **({"sectionName": section} if section else {})}
    match = {"path": {"type": "PathPrefix", "value": public_path(id).rstrip("/")}}
    rule: Json = {"matches": [match], "backendRefs": [{"name": backend.service, "port": backend.port}]}
    if backend.path != public_path(id):
        path = {"type": "ReplacePrefixMatch", "replacePrefixMatch": backend.path}
        rule["filters"] = [{"type": "URLRewrite", "urlRewrite": {"path": path}}]
    body = HTTP_ROUTE.stub(id, namespace)
    body["metadata"]["labels"] = words.owned(id)
    body["spec"] = {"parentRefs": [parent], "rules": [rule], **_hosts(way)}
    return body


def _ingress(id: str, namespace: str, backend: Backend, way: Way) -> Json:
    body = INGRESS.stub(id, namespace)
    body["metadata"]["labels"] = words.owned(id)
    if way.ingress_annotations:
        body["metadata"]["annotations"] = dict(way.ingress_annotations)
    path = {
        "path": public_path(id).rstrip("/"),
        "pathType": "Prefix",
        "backend": {"service": {"name": backend.service, "port": {"number": backend.port}}},
    }
    hosts = _hosts(way).get("hostnames")
    rule: Json = {"http": {"paths": [path]}, **({"host": hosts[0]} if hosts else {})}
    body["spec"] = {"rules": [rule]}
    if way.ingress_class:
        body["spec"]["ingressClassName"] = way.ingress_class
    return body


def _hosts(way: Way) -> Json:
    host = way.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    named = host and not host.replace(".", "").isdigit()
    return {"hostnames": [host]} if named else {}
