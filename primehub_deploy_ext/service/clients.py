"""Clients: the named tokens of private endpoints."""

from __future__ import annotations

from datetime import datetime, timezone

from primehub_deploy_ext.domain.clients import MAX_CLIENTS, Client, ClientToken, CreateClient, new_token
from primehub_deploy_ext.domain.errors import Conflict, InvalidInput
from primehub_deploy_ext.engines.base import Engine, NewClient
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.lookup import find_deployment


class ClientService:
    """What callers can do with the clients of their deployments.

    Parameters
    ----------
    engine
        Where deployments run.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def of(self, caller: Caller, id: str) -> list[Client]:
        """Return who may call the endpoint while it is private, by name."""
        await find_deployment(self._engine, caller, id)
        return await self._engine.clients(id)

    async def add(self, caller: Caller, id: str, request: CreateClient) -> ClientToken:
        """Let a client in, and return its token: this once.

        Raises
        ------
        InvalidInput
            If it would expire in the past, or the engine has no private endpoints.
        Conflict
            If there are too many.
        AlreadyExists
            If the name is taken.
        """
        await find_deployment(self._engine, caller, id)
        if not self._engine.capabilities.private:
            raise InvalidInput(f"the engine {self._engine.name!r} has no private endpoints, and so no clients")
        if request.expires_at is not None and request.expires_at <= datetime.now(timezone.utc):
            rule = "must be in the future"
            raise InvalidInput(f"expires_at: {rule}", fields=[{"field": "expires_at", "message": rule}])
        if len(await self._engine.clients(id)) >= MAX_CLIENTS:
            raise Conflict(f"{id!r} has {MAX_CLIENTS} clients, which is the most: remove one first")
        new = NewClient(
            name=request.name, token=new_token(request.name), user=caller.user, expires_at=request.expires_at
        )
        return ClientToken(client=await self._engine.add_client(id, new), token=new.token)

    async def remove(self, caller: Caller, id: str, name: str) -> None:
        """Revoke a client: it may call no more when this returns."""
        await find_deployment(self._engine, caller, id)
        await self._engine.remove_client(id, name, user=caller.user)
