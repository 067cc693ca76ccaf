"""Prints the ClusterRoles of the docs, for the flavors that are used.

``python -m primehub_deploy_ext.engines.kubernetes.rights.manifests users --flavor plain --route ingress``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import yaml

from primehub_deploy_ext.engines.kubernetes.rights.needs import FLAVORS, ROUTES, Need, managing, needs_of, rules_of

_RBAC = "rbac.authorization.k8s.io/v1"
_NAMES = {"users": "primehub-deploy-user", "extension": "primehub-deploy-extension"}


def cluster_role(whose: str, flavors: Sequence[str] = FLAVORS, routes: Sequence[str] = ROUTES) -> dict[str, Any]:
    """Return the ClusterRole of ``users``, or what ``extension`` has beside it, for some flavors and routes."""
    needs: list[Need] = []
    if whose == "extension":
        needs += managing()
    else:
        for flavor in flavors:
            needs += needs_of(flavor, routes)
    return {
        "apiVersion": _RBAC,
        "kind": "ClusterRole",
        "metadata": {"name": _NAMES[whose]},
        "rules": rules_of(needs),
    }


def main() -> None:
    """Print one of them."""
    parser = argparse.ArgumentParser(description="Print the ClusterRole that users, or the extension, need.")
    parser.add_argument("whose", choices=sorted(_NAMES))
    parser.add_argument("--flavor", action="append", choices=FLAVORS, help="may be repeated; left out: all")
    parser.add_argument("--route", action="append", choices=ROUTES, help="may be repeated; left out: none")
    chosen = parser.parse_args()
    role = cluster_role(chosen.whose, chosen.flavor or FLAVORS, chosen.route or ())
    print(yaml.safe_dump(role, sort_keys=False, default_flow_style=None, width=200), end="")


if __name__ == "__main__":
    main()
