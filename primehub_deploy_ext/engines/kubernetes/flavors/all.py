"""All flavors there are: a cluster may have deployments of those, too, that a server is not configured for any more."""

from __future__ import annotations

from collections.abc import Collection

from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor
from primehub_deploy_ext.engines.kubernetes.flavors.kserve import KServe
from primehub_deploy_ext.engines.kubernetes.flavors.plain import Plain
from primehub_deploy_ext.engines.kubernetes.flavors.primehub import PrimeHub
from primehub_deploy_ext.engines.kubernetes.flavors.seldon import Seldon

FLAVORS: dict[str, type[Flavor]] = {"plain": Plain, "kserve": KServe, "seldon": Seldon, "primehub": PrimeHub}


def others_than(configured: Collection[str]) -> list[Flavor]:
    """Return the flavors that a server does not listen to."""
    return [flavor() for name, flavor in FLAVORS.items() if name not in configured]
