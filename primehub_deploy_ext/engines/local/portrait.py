"""A deployment as it is seen: by callers, by the gateway, and by its group's quota. Nothing here changes anything."""

from __future__ import annotations

from primehub_deploy_ext.domain.models import Deployment, Replica, Status
from primehub_deploy_ext.domain.phases import Outcome
from primehub_deploy_ext.domain.quota import largest, total
from primehub_deploy_ext.domain.resources import Usage
from primehub_deploy_ext.engines.local.callers import Callers
from primehub_deploy_ext.engines.local.gateway.routes import Share
from primehub_deploy_ext.engines.local.means import Means
from primehub_deploy_ext.engines.local.metering.census import DeploymentFacts, ReplicaFacts
from primehub_deploy_ext.engines.local.pace import claim_of
from primehub_deploy_ext.engines.local.projection import Facts, project
from primehub_deploy_ext.engines.local.record import Record
from primehub_deploy_ext.engines.local.share import share_of
from primehub_deploy_ext.engines.local.store import now
from primehub_deploy_ext.engines.local.workload import Workload


class Portrait:
    """What is known of one deployment, and what follows from it.

    Parameters
    ----------
    means
        Knows the quota and the gateway's address.
    record, callers
        What is recorded of it, and who may call it.
    """

    def __init__(self, means: Means, record: Record, callers: Callers) -> None:
        self._means = means
        self.record = record
        self.callers = callers
        # By template: what runs.
        self.workloads: dict[int, Workload] = {}
        kept = record.row.status
        # As last published.
        self.status: Status | None = Status.model_validate(kept) if kept else None
        self.resource_version = 0

    def view(self) -> Deployment:
        """Return what callers see."""
        status = self.status or self._project()
        return Deployment(
            id=self.record.row.id,
            name=self.record.row.name,
            group=self.record.row.group,
            engine="local",
            spec=self.record.spec,
            revision=self.record.row.latest,
            serving_revision=self.record.row.serving,
            status=status,
            usage=self.usage(),
            endpoint=self._means.front.endpoint(self.record.row.id),
            created_at=self.record.row.created_at,
            created_by=self.record.row.created_by,
            updated_at=self.record.row.updated_at,
            updated_by=self.record.row.updated_by,
            resource_version=self.resource_version,
        )

    def claim(self) -> Usage:
        """Return what it was admitted with: what is wanted, and what it goes back to if that fails."""
        target, serving = self.record.target, self.record.serving
        if (
            self.record.row.deleting
            or target.revision.spec.stopped
            or (target.revision.outcome is Outcome.FAILED and serving is None)
        ):
            return Usage()
        going_back = [serving.revision.spec] if serving and serving.template != target.template else []
        return claim_of(self._means.ledger, target.revision.spec, *going_back)

    def usage(self) -> Usage:
        """Return what it takes of its group's quota: its claim, or what runs during a roll-out if that is more."""
        claim = self.claim()
        if not claim.deployments:
            return claim
        demand = self._means.ledger.demand
        return largest(claim, total(demand(w.spec.resources, w.live_count()) for w in self.workloads.values()))

    def replicas(self) -> list[Replica]:
        """Return the replicas now."""
        taking_traffic = self._taking_traffic()
        return [
            slot.view(revision=workload.template, serving=workload.template in taking_traffic)
            for _, workload in sorted(self.workloads.items())
            for _, slot in sorted(workload.slots.items())
        ]

    def facts(self) -> DeploymentFacts:
        """Return what there is to measure."""
        row, spec = self.record.row, self.record.target.revision.spec
        # By template: that is what its replicas, and the gateway's counts, are called.
        models = {str(e.template): e.revision.spec.model for e in self.record.revisions.values()}
        return DeploymentFacts(
            uid=row.uid,
            id=row.id,
            name=row.name,
            group=row.group,
            created_at=row.created_at,
            phase=(self.status or self._project()).phase,
            desired=0 if spec.stopped else spec.replicas,
            images={number: model.class_name or model.adapter for number, model in models.items()},
            replicas=tuple(
                ReplicaFacts(
                    key=f"{row.uid}-{slot.name}",
                    name=slot.name,
                    revision=str(workload.template),
                    pid=slot.pid,
                    created=slot.create_time,
                    ready=slot.ready,
                    restarts=slot.restarts,
                )
                for workload in self.workloads.values()
                for slot in workload.slots.values()
            ),
        )

    def share(self) -> Share:
        """Return this deployment's share of what the gateway serves."""
        spec = self.record.spec
        users = None if spec.access == "public" else (*self.callers.users(), self._means.server_pass.user)
        return share_of(
            self.record.row,
            self.status or self._project(),
            self.workloads.values(),
            taking_traffic=self._taking_traffic(),
            stopped=spec.stopped,
            users=users,
        )

    def _taking_traffic(self) -> set[int]:
        """Return the templates that requests are sent to: both where old ones are given up for new ones."""
        serving = self.record.serving
        if serving is None:
            return set()
        return {serving.template} | {template for template, workload in self.workloads.items() if workload.shares}

    def _project(self) -> Status:
        serving = self.record.serving
        wanted = self.workloads.get(self.record.target.template)
        served = self.workloads.get(serving.template) if serving else None
        wanted_slots = list(wanted.slots.values()) if wanted else []
        served_slots = wanted_slots if served is wanted else list(served.slots.values()) if served else []
        return project(
            Facts(
                target=self.record.target.revision,
                serving=serving.revision if serving else None,
                latest=self.record.latest.revision,
                wanted=wanted_slots,
                served=served_slots,
                beside=[slot for w in self.workloads.values() if w.shares for slot in w.slots.values()],
                deleting=self.record.row.deleting,
                ending=sum(slot.pid is not None for w in self.workloads.values() for slot in w.slots.values()),
            ),
            self.status,
            now(),
        )
