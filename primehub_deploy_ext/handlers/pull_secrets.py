"""``pull-secrets`` and ``pull-secrets/{name}``: logins for image registries."""

from __future__ import annotations

from tornado import web

from primehub_deploy_ext.handlers.access import authorized
from primehub_deploy_ext.handlers.base import ApiHandler


class PullSecretsHandler(ApiHandler):
    """Pull secrets, without their passwords."""

    @web.authenticated
    @authorized("read")
    async def get(self) -> None:
        """List them."""
        services, caller = await self.acting()
        from primehub_deploy_ext.domain.groups import PullSecretList

        self.answer(PullSecretList(items=services.pull_secrets.visible(caller, everything=self.flag("all"))))

    @web.authenticated
    @authorized("write")
    async def post(self) -> None:
        """Add one."""
        services, caller = await self.acting()
        caller.require_admin("add pull secrets")
        from primehub_deploy_ext.domain.groups import CreatePullSecret

        new = self.body(CreatePullSecret)
        self.concerns(new.name)
        self.sets(new)
        secret = await services.pull_secrets.create(caller, new)
        self.answer_version(secret, secret.version, 201)


class PullSecretHandler(ApiHandler):
    """One pull secret."""

    @web.authenticated
    @authorized("write")
    async def patch(self, name: str) -> None:
        """Change fields of it."""
        services, caller = await self.acting()
        caller.require_admin("change pull secrets")
        from primehub_deploy_ext.domain.groups import UpdatePullSecret

        change = self.body(UpdatePullSecret)
        self.sets(change)
        secret = await services.pull_secrets.update(caller, name, change, version=self.if_match)
        self.answer_version(secret, secret.version)

    @web.authenticated
    @authorized("write")
    async def delete(self, name: str) -> None:
        """Remove it."""
        services, caller = await self.acting()
        await services.pull_secrets.delete(caller, name, version=self.if_match)
        self.answer_nothing()
