"""What the API server says, told in words of ours; the messages are those of Kubernetes 1.34."""

from __future__ import annotations

import pytest

from primehub_deploy_ext.domain import errors
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.errors import refusals_in_our_words, told

RBAC = (
    'deployments.apps is forbidden: User "bob" cannot create resource "deployments" in API group "apps" in the'
    ' namespace "research"'
)
QUOTA = (
    'pods "iris-5d9" is forbidden: exceeded quota: primehub-deploy, requested: limits.cpu=2, used: limits.cpu=3,'
    " limited: limits.cpu=4"
)
NO_LIMIT = 'pods "iris-5d9" is forbidden: failed quota: primehub-deploy: must specify limits.cpu for: model'
ADMISSION = 'admission webhook "policy.example.com" denied the request: no latest tags'


@pytest.mark.parametrize(
    ("status", "reason", "message", "kind", "words"),
    [
        (403, "Forbidden", RBAC, errors.Forbidden, "does not allow this server to deploy iris"),
        (403, "Forbidden", QUOTA, errors.QuotaExceeded, "asked limits.cpu=2, used limits.cpu=3, limit limits.cpu=4"),
        (403, "Forbidden", NO_LIMIT, errors.InvalidInput, "must specify|limits.cpu for: model"),
        (403, "Forbidden", ADMISSION, errors.Forbidden, "admission rule .* no latest tags"),
        (401, "Unauthorized", "Unauthorized", errors.EngineUnavailable, "credentials"),
        (404, "NotFound", "x not found", errors.NotFound, "x not found"),
        (409, "AlreadyExists", "x already exists", errors.AlreadyExists, "already exists"),
        (409, "Conflict", "the object has been modified", errors.Conflict, "nothing was changed"),
        (422, "Invalid", "spec.replicas: must be positive", errors.InvalidInput, "must be positive"),
        (413, "RequestEntityTooLarge", "limit is 3145728", errors.InvalidInput, "limit is 3145728"),
        (429, "TooManyRequests", "slow down", errors.TooManyRequests, "try again"),
        (500, "InternalError", "etcd", errors.EngineUnavailable, "etcd"),
        (0, "Unreachable", "no route", errors.EngineUnavailable, "no route"),
    ],
)
def test_a_refusal_is_told_by_its_meaning(
    status: int, reason: str, message: str, kind: type[errors.DeployError], words: str
) -> None:
    error = told(ApiError(status, reason, message), "deploy iris")
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error
    assert error.details["kubernetes"]["message"] == message


class Half:
    """What an engine is made of."""

    async def answers(self, what: str, *, again: bool = False) -> str:
        return f"{what} {again}"

    async def is_cut_off(self) -> None:
        raise ApiError(0, "Unreachable", "no connection to https://10.0.0.1")

    async def says_more(self) -> None:
        raise errors.InvalidInput("no such model")

    async def _within(self) -> None:
        raise ApiError(503, "ServiceUnavailable", "etcd")


@refusals_in_our_words
class Whole(Half):
    async def is_refused(self) -> None:
        raise ApiError(403, "Forbidden", RBAC)


async def test_nothing_that_callers_ask_for_answers_in_the_clusters_words() -> None:
    whole = Whole()
    assert await whole.answers("iris", again=True) == "iris True"
    with pytest.raises(errors.EngineUnavailable, match=r"can't do that now: no connection to https://10\.0\.0\.1"):
        await whole.is_cut_off()
    with pytest.raises(errors.Forbidden, match="cannot create resource"):
        await whole.is_refused()
    with pytest.raises(errors.InvalidInput, match="no such model"):
        await whole.says_more()
    # Among themselves its parts tell one refusal from another.
    with pytest.raises(ApiError):
        await whole._within()
    with pytest.raises(ApiError):
        await Half().is_cut_off()
