"""From an exception to what the caller is told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tornado.web import HTTPError

from primehub_deploy_ext.domain.errors import DeployError, Unauthenticated

_CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "too_large",
}


def describe(error: BaseException | None, *, known_caller: bool, request_id: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the ``ErrorBody`` for an exception.

    Parameters
    ----------
    error
        What was raised.
    known_caller
        Whether the request was authenticated: Jupyter refuses with 403 in either case.
    request_id
        What connects the answer to the server's log when the error is unexpected.
    """
    if isinstance(error, HTTPError):
        if error.status_code == HTTPStatus.FORBIDDEN and not known_caller:
            error = Unauthenticated("log in, or send the server's token in the header 'Authorization: token …'")
        else:
            return error.status_code, _body_of(error)
    if isinstance(error, DeployError) and error.code != "internal":
        return error.status, error.to_dict()
    return 500, DeployError(f"something failed inside; see the server log (request {request_id})").to_dict()


def _body_of(error: HTTPError) -> dict[str, Any]:
    status = error.status_code
    phrase = error.reason or (HTTPStatus(status).phrase if status in set(HTTPStatus) else "error")
    code = _CODES.get(status, phrase.lower().replace(" ", "_"))
    message = error.log_message % error.args if error.log_message else phrase
    return {"code": code, "message": message, "fields": [], "details": {}}
