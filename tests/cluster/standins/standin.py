"""What both stand-ins do: watch owners and what was made of them, and bring the second in line with the first."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT, Kind
from primehub_deploy_ext.engines.kubernetes.api.reflector import Reflector

Json = dict[str, Any]

_AGAIN = 0.3


class Standin:
    """A controller of one kind; subclasses say what becomes of an owner.

    Parameters
    ----------
    api
        Of the cluster, as an administrator.
    """

    kind: Kind
    label: str
    defines: tuple[Kind, ...]

    def __init__(self, api: Api) -> None:
        self.api = api
        self._due: set[str] = set()
        self._wake = asyncio.Event()
        self.owners: Mapping[str, Json] = {}
        self.deployments: Mapping[str, Json] = {}

    async def reconcile(self, owner: Json) -> None:
        """Make of an owner what it wants, and tell how that stands."""
        raise NotImplementedError

    async def install(self) -> None:
        """Define the kinds; without rules, as those of the originals are not at hand."""
        for kind in self.defines:
            await self.api.apply(CUSTOM_RESOURCE_DEFINITION, definition(kind))
        while len(await self.api.discover(self.defines)) < len(self.defines):
            await asyncio.sleep(0.1)

    async def run(self) -> None:
        """Go on until cancelled."""
        owners = Reflector(self.api, self.kind, None)
        made = Reflector(self.api, DEPLOYMENT, None, labels=self.label)
        self.owners, self.deployments = owners.items, made.items
        owners.on_change(lambda key, _, now: self._mark(key if now else None))
        made.on_change(lambda key, before, now: self._mark(self._owner_key(key, now or before)))
        for reflector in (owners, made):
            reflector.start()
            await reflector.ready()
        print("ready", flush=True)
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                due, self._due = self._due, set()
                for key in sorted(due):
                    await self._once(key)
        finally:
            await owners.close()
            await made.close()

    async def _once(self, key: str) -> None:
        owner = self.owners.get(key)
        if owner is None or owner["metadata"].get("deletionTimestamp"):
            return
        try:
            await self.reconcile(owner)
        except ApiError as error:
            print(f"{key}: {error}", file=sys.stderr, flush=True)
            if error.status != 404:
                asyncio.get_running_loop().call_later(_AGAIN, self._mark, key)

    def _mark(self, key: str | None) -> None:
        if key is not None:
            self._due.add(key)
            self._wake.set()

    def _owner_key(self, key: str, deployment: Json | None) -> str | None:
        name = ((deployment or {}).get("metadata", {}).get("labels") or {}).get(self.label)
        return f"{key.partition('/')[0]}/{name}" if name else None

    def made_of(self, owner: Json) -> list[Json]:
        """Return the Deployments that were made of an owner."""
        metadata = owner["metadata"]
        return [
            deployment
            for deployment in self.deployments.values()
            if deployment["metadata"]["namespace"] == metadata["namespace"]
            and deployment["metadata"]["labels"][self.label] == metadata["name"]
        ]

    async def tell(self, owner: Json, status: Json) -> None:
        """Write the status, if it says anything new."""
        if owner.get("status") != status:
            metadata = owner["metadata"]
            body = {"status": {**dict.fromkeys(owner.get("status") or {}), **status}}
            await self.api.patch(self.kind, metadata["name"], body, metadata["namespace"], subresource="status")


def owned_by(owner: Json) -> list[Json]:
    """Return the reference by which an object goes when its owner goes."""
    facts = {key: owner[key] for key in ("apiVersion", "kind")}
    metadata = owner["metadata"]
    return [{**facts, "name": metadata["name"], "uid": metadata["uid"], "controller": True, "blockOwnerDeletion": True}]


def condition(deployment: Json, kind: str) -> Json:
    """Return a condition of a Deployment; empty when it has none of this type."""
    conditions = (deployment.get("status") or {}).get("conditions") or []
    return next((one for one in conditions if one["type"] == kind), {})


def definition(kind: Kind) -> Json:
    """Return the definition of a kind that takes anything."""
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        **CUSTOM_RESOURCE_DEFINITION.stub(f"{kind.plural}.{kind.group}"),
        "spec": {
            "group": kind.group,
            "scope": "Namespaced",
            "names": {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower()},
            "versions": [
                {
                    "name": kind.version,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "properties": {"spec": free, "status": free}},
                    },
                }
            ],
        },
    }


def main(controller: type[Standin]) -> None:
    """Run a stand-in as a process, until it is told to end; ``ready`` is printed once it watches."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kubeconfig", required=True)
    kubeconfig = parser.parse_args().kubeconfig

    async def work() -> None:
        api = Api(Source(kubeconfig=kubeconfig))
        await api.open()
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            standin = controller(api)
            await standin.install()
            await standin.run()
        finally:
            await api.close()

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(work())


def compact(value: Any) -> str:
    """Write JSON as controllers do."""
    return json.dumps(value, separators=(",", ":"))
