"""What this engine can't do, and says so: the service layer asks for none of it, as its capabilities tell."""

# ruff: noqa: ARG002 -- the signatures are the protocol's

from __future__ import annotations

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.metrics import (
    Alerts,
    AlertSettings,
    UsageLine,
)


class Lacking:
    """The part of the protocol that is refused."""

    async def alerts(self, id: str) -> Alerts:
        """See ``Engine.alerts``."""
        raise _only_prometheus("watching over a deployment")

    async def set_alerts(self, id: str, settings: AlertSettings, *, user: str, if_match: int | None = None) -> Alerts:
        """See ``Engine.set_alerts``."""
        raise InvalidInput("on a cluster alert rules are Prometheus': an administrator changes them there")

    async def usage(self) -> list[UsageLine]:
        """See ``Engine.usage``."""
        raise _only_prometheus("the usage of groups")


def _only_prometheus(what: str) -> InvalidInput:
    return InvalidInput(
        f"{what} takes a Prometheus on a cluster, as nobody measures all of the time here: "
        "an administrator sets c.PrimehubDeploy.prometheus_url"
    )
