"""The gateway: one Envoy that turns ``/deployment/<id>/…`` into requests to the replicas' sockets."""

from primehub_deploy_ext.engines.local.gateway.gateway import Gateway
from primehub_deploy_ext.engines.local.gateway.routes import Cluster, GatewayState, Route, Unavailable
from primehub_deploy_ext.engines.local.gateway.settings import Settings

__all__ = ["Cluster", "Gateway", "GatewayState", "Route", "Settings", "Unavailable"]
