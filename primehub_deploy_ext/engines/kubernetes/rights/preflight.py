"""Asks the cluster what the credentials may do before something is half done, and says what an administrator adds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import DeployError, Forbidden
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import Kind
from primehub_deploy_ext.engines.kubernetes.errors import by_rbac, told
from primehub_deploy_ext.engines.kubernetes.rights.needs import Missing, Need, role_yaml
from primehub_deploy_ext.engines.kubernetes.rights.needs import told as told_missing

_SELF_SUBJECT_REVIEW = Kind("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", namespaced=False)
_AT_ONCE = 8
# Seconds for which "all is allowed" counts; what is missing is asked for again each time.
_REFRESH = 60.0
_MOST_NAMED = 3


@dataclass(frozen=True)
class Report:
    """What is missing in a namespace, and the manifest that gives it."""

    namespace: str
    user: str
    missing: tuple[Missing, ...]
    yaml: str

    @property
    def message(self) -> str:
        """A sentence for people; empty when nothing is missing."""
        if not self.missing:
            return ""
        lacking = [what for what, _ in told_missing(self.missing)]
        named = ", ".join(lacking[:_MOST_NAMED])
        more = len(lacking) - _MOST_NAMED
        return (
            f"The cluster does not let {self.user!r} {named}{f' and {more} more' if more > 0 else ''} in the namespace"
            f" {self.namespace!r}. An administrator of the cluster applies the YAML that comes with this message."
        )

    def error(self) -> Forbidden:
        """Return the refusal, with what programs and administrators need."""
        return Forbidden(
            self.message,
            details={
                "namespace": self.namespace,
                "user": self.user,
                "missing": [one.to_dict() for one in self.missing],
                "yaml": self.yaml,
            },
        )


class Preflight:
    """Compares what is needed with what is allowed, by SelfSubjectAccessReviews.

    Parameters
    ----------
    clock
        Returns seconds that only grow.
    """

    def __init__(self, api: Api, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._good: dict[tuple[str, tuple[Need, ...]], float] = {}
        self._told: dict[tuple[str, tuple[Need, ...]], tuple[float, Report]] = {}
        self._user = ""

    async def report(self, namespace: str, needs: Sequence[Need]) -> Report:
        """Return what is missing in a namespace.

        Raises
        ------
        ApiError
            If the cluster can't be asked.
        """
        key = namespace, tuple(needs)
        if self._clock() - self._good.get(key, float("-inf")) < _REFRESH:
            return Report(namespace, self._user, (), "")
        turn = asyncio.Semaphore(_AT_ONCE)

        async def allowed(verb: str, need: Need) -> Missing | None:
            # A namespace is its own: RBAC looks into the one that it names.
            name = namespace if not need.kind.namespaced else ""
            async with turn:
                verdict = await self._api.can_i(verb, need.kind, namespace, name=name, subresource=need.subresource)
            return None if verdict.allowed else Missing(verb, need)

        asked = await asyncio.gather(*(allowed(verb, need) for need in needs for verb in need.verbs))
        missing = tuple(one for one in asked if one is not None)
        user = await self.whoami()
        if not missing:
            self._good[key] = self._clock()
            return Report(namespace, user, (), "")
        return Report(namespace, user, missing, role_yaml(namespace, user, needs, missing))

    async def lacking(self, needs: Mapping[str, Sequence[Need]]) -> list[dict[str, str]]:
        """Return what is missing in each of some namespaces, for those who look often: as of a minute ago at most."""
        found: list[dict[str, str]] = []
        for namespace, of_namespace in needs.items():
            key = namespace, tuple(of_namespace)
            at, report = self._told.get(key, (float("-inf"), None))
            if report is None or self._clock() - at >= _REFRESH:
                report = await self.report(namespace, of_namespace)
                self._told[key] = self._clock(), report
            if report.missing:
                found.append({"namespace": namespace, "message": report.message, "yaml": report.yaml})
        return found

    def doubt(self, namespaces: Collection[str]) -> None:
        """Forget that nothing was missing in some namespaces: somebody was refused there since."""
        self._good = {key: at for key, at in self._good.items() if key[0] not in namespaces}
        self._told = {key: told for key, told in self._told.items() if told[1].missing or key[0] not in namespaces}

    async def explained(self, error: ApiError, doing: str, namespace: str, needs: Sequence[Need]) -> DeployError:
        """Return the domain's error for one of the API server; where RBAC refused, with what is missing.

        Parameters
        ----------
        doing
            What was to be done, as in :func:`~primehub_deploy_ext.engines.kubernetes.errors.told`.
        """
        if error.status == HTTPStatus.FORBIDDEN and by_rbac(error.message):
            self._good.pop((namespace, tuple(needs)), None)
            try:
                report = await self.report(namespace, needs)
            except ApiError:  # the refusal itself says more than that this can't be asked now
                return told(error, doing)
            if report.missing:
                return report.error()
        return told(error, doing)

    async def whoami(self) -> str:
        """Return what the cluster calls us; our own words where it is too old (before 1.28) to say."""
        if not self._user:
            body = {"apiVersion": _SELF_SUBJECT_REVIEW.api_version, "kind": _SELF_SUBJECT_REVIEW.kind}
            try:
                answer = await self._api.create(_SELF_SUBJECT_REVIEW, {**body, "metadata": {}})
                self._user = answer["status"]["userInfo"]["username"]
            except ApiError as error:
                if error.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                    raise
                return "the user of this server"
        return self._user
