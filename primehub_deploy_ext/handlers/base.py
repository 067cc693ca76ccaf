"""What all handlers share: who calls, what was sent, and how answers and errors look."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from jupyter_server.auth.identity import IdentityProvider, LegacyIdentityProvider, PasswordIdentityProvider
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from primehub_deploy_ext.domain.errors import (
    DeployError,
    EngineUnavailable,
    InvalidInput,
    TooManyRequests,
    Unauthenticated,
)
from primehub_deploy_ext.handlers.access import RESOURCE
from primehub_deploy_ext.handlers.errors import describe
from primehub_deploy_ext.handlers.recording import READING, Note, is_of_interest, settings_in
from primehub_deploy_ext.service.identity import caller_name

if TYPE_CHECKING:
    from pydantic import BaseModel

    from primehub_deploy_ext.domain.models import Deployment
    from primehub_deploy_ext.service.access import Caller
    from primehub_deploy_ext.service.services import Services

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_IF_MATCH = re.compile(r'(?:W/)?"([0-9]{1,18})"')
# Jupyter's own logins invent a user name per request.
_NAMELESS_LOGINS = {IdentityProvider, PasswordIdentityProvider, LegacyIdentityProvider}

ModelT = TypeVar("ModelT", bound="BaseModel")


class Extension(Protocol):
    """What handlers need of the extension app."""

    streams: set[asyncio.Task[None]]
    max_artifact_size: int

    async def services(self) -> Services:
        """Return the use cases."""

    async def admits_scraper(self, authorization: str) -> bool:
        """Tell whether a header carries the token for scraping."""

    def record(self, note: Note) -> None:
        """Tell the audit log of a request, where it is of interest."""


class ApiHandler(APIHandler):
    """Base of all handlers of this API.

    Each verb of a subclass is decorated, outermost first, with ``@web.authenticated`` and
    ``@authorized(…)``.
    """

    auth_resource = RESOURCE

    def initialize(self, route: str = "") -> None:
        """Take what the URL table says.

        Parameters
        ----------
        route
            Template of the path, as in the OpenAPI document; empty for paths that it doesn't have.
        """
        self._route = route
        self._caller: Caller | None = None
        self._target = ""
        self._setting = ""
        self._error: dict[str, Any] = {}

    @classmethod
    def verbs(cls) -> list[str]:
        """Return the verbs that the handler answers."""
        return [verb for verb in VERBS if verb.lower() in vars(cls)]

    # ------------------------------------------------------------------ the request

    async def prepare(self) -> None:  # type: ignore[override]  # the base has a private parameter
        """Refuse callers who are not logged in, whatever the server allows elsewhere."""
        # Open tabs poll and stream: that must not keep an idle server alive.
        self._track_activity = self.request.method not in READING
        await super().prepare()
        if not self.current_user and self.request.method != "OPTIONS":
            raise Unauthenticated("log in, or send the server's token in the header 'Authorization: token …'")

    @property
    def extension(self) -> Extension:
        """The extension app."""
        return cast("Extension", self.settings["primehub_deploy_ext"])

    async def services(self) -> Services:
        """Return the use cases."""
        return await self.extension.services()

    async def acting(self) -> tuple[Services, Caller]:
        """Return the use cases, and the caller as the group provider knows them now."""
        services = await self.services()
        self._caller = await services.caller(self.user)
        return services, self._caller

    @property
    def user(self) -> str:
        """The name that changes are recorded under."""
        nameless = type(self.identity_provider) in _NAMELESS_LOGINS
        return caller_name(None if nameless else self.current_user.username)

    def concerns(self, target: str) -> None:
        """Tell the audit log what the request is about, where the path doesn't."""
        self._target = target

    def sets(self, change: BaseModel) -> None:
        """Tell the audit log what the request sets, if it is allowed; secrets hide themselves."""
        self._setting = settings_in(change.model_dump(mode="json", exclude_unset=True))

    async def may(self, action: str) -> bool:
        """Tell whether the server's authorizer lets the caller do this."""
        return bool(await ensure_async(self.authorizer.is_authorized(self, self.current_user, action, RESOURCE)))

    def body(self, kind: type[ModelT]) -> ModelT:
        """Return the JSON body, checked."""
        from primehub_deploy_ext.service.validation import parse_body

        return parse_body(kind, self.request.body)

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters; of one that is repeated, the last."""
        return {name: self.get_query_argument(name) for name in self.request.query_arguments}

    def flag(self, name: str) -> bool:
        """Return a query parameter that is yes or no; no when left out."""
        from primehub_deploy_ext.service.parameters import parse_flag

        return parse_flag(self.parameters, name) or False

    @property
    def if_match(self) -> int | None:
        """The revision, or version, that the caller saw; None when it doesn't matter."""
        text = self.request.headers.get("If-Match", "*").strip()
        if text == "*":
            return None
        match = _IF_MATCH.fullmatch(text)
        if match is None:
            rule = 'must be the ETag of one revision, such as "7", or *'
            raise InvalidInput(f"If-Match {rule}", fields=[{"field": "If-Match", "message": rule}])
        return int(match[1])

    # ------------------------------------------------------------------ the answer

    def answer(self, value: BaseModel, status: int = 200) -> None:
        """Send a value as JSON."""
        self.set_status(status)
        self.finish(value.model_dump_json())

    def answer_deployment(self, deployment: Deployment, status: int = 200) -> None:
        """Send a deployment, with its revision as ETag."""
        self.answer_version(deployment, deployment.revision, status)

    def answer_version(self, value: BaseModel, version: int, status: int = 200) -> None:
        """Send a value with the version of it as ETag."""
        self.set_header("ETag", f'"{version}"')
        self.answer(value, status)

    def answer_nothing(self) -> None:
        """Tell that what was there is gone."""
        self.set_status(204)
        self.finish()

    def set_default_headers(self) -> None:
        """Forbid caches: the same revision has another state a second later."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> str | None:
        """Return None: ETags here are revisions, not hashes of answers."""
        return None

    # ------------------------------------------------------------------ errors

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with the status that the exception stands for."""
        status, body = self._describe(kwargs.get("exc_info", (None, None, None))[1] or web.HTTPError(status_code))
        self._error = body
        super().send_error(status, **(kwargs | {"body": body}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the ``ErrorBody``."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.verbs()))
        if isinstance(error, (EngineUnavailable, TooManyRequests)):
            self.set_header("Retry-After", "2")
        self.finish(json.dumps(kwargs["body"]))

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Log what nobody expected with its traceback, and what callers did wrong in one line."""
        if isinstance(value, DeployError) and value.code != "internal":
            self.log.info("%s %s: %s", self.request.method, self.request.path, value.message)
        elif isinstance(value, web.HTTPError):
            super().log_exception(typ, value, tb)
        else:
            self.log.error(
                "request %s failed: %s %s",
                self.request_id,
                self.request.method,
                self.request.path,
                exc_info=(typ, value, tb) if value is not None else None,
            )

    # ------------------------------------------------------------------ the audit log

    def on_finish(self) -> None:
        """Leave a trace of what was done or refused."""
        super().on_finish()
        verb, status = self.request.method or "", self.get_status()
        if not is_of_interest(verb, status):
            return
        # What could not even be decoded has no parameters, and nobody was asked who they are.
        parameters = self.path_kwargs or {}
        known = getattr(self, "_jupyter_current_user", None)
        self.extension.record(
            Note(
                time=time.time(),
                user=self.user if known else "",
                address=self.request.remote_ip or "",
                program=self.request.headers.get("User-Agent", ""),
                verb=verb,
                route=self._route,
                target=self._target or "/".join(parameters.values()),
                group=self._caller.about if self._caller else parameters.get("group", ""),
                status=status,
                code=self._error.get("code", ""),
                message=self._error.get("message", self._setting),
                dry_run=self.request.query_arguments.get("dry_run", [b""])[-1].lower() in {b"1", b"true"},
            )
        )

    @property
    def request_id(self) -> str:
        """What connects an answer to the server's log."""
        if not hasattr(self, "_request_id"):
            self._request_id = secrets.token_hex(4)
        return self._request_id

    def _describe(self, error: BaseException) -> tuple[int, dict[str, Any]]:
        # A request that fails early was never asked who it is; then current_user can't be read.
        known = getattr(self, "_jupyter_current_user", None) is not None
        if not known and isinstance(error, web.HTTPError):
            known = not hasattr(self, "_jupyter_current_user") or not self.check_host()
        return describe(error, known_caller=known, request_id=self.request_id)
