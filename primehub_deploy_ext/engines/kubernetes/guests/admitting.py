"""Who may call private endpoints, as the service layer asks for it."""

from __future__ import annotations

from abc import abstractmethod

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.engines.base import NewClient
from primehub_deploy_ext.engines.kubernetes.books.telling import tell
from primehub_deploy_ext.engines.kubernetes.office import Office


class Admitting:
    """The part of the protocol that is about clients."""

    @property
    @abstractmethod
    def _at_work(self) -> Office: ...

    async def clients(self, id: str) -> list[Client]:
        """See ``Engine.clients``."""
        office = self._at_work
        return await office.doors.clients(await office.seen(id))

    async def add_client(self, id: str, new: NewClient) -> Client:
        """See ``Engine.add_client``."""
        office = self._at_work
        seen = await office.desk.own(id, "let a client in")
        client = await office.doors.add(seen, new)
        await tell(office.api, seen, "ClientAdded", f"{new.user}: let the client {new.name} in")
        return client

    async def remove_client(self, id: str, name: str, *, user: str) -> None:
        """See ``Engine.remove_client``."""
        office = self._at_work
        seen = await office.desk.own(id, "revoke a client")
        await office.doors.remove(seen, name)
        await tell(office.api, seen, "ClientRevoked", f"{user}: revoked the client {name}")
