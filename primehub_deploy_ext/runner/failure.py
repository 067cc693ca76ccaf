"""Why a replica can't serve, and exceptions told to people: one line, and a traceback without our frames."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_OUR_FOLDER = str(Path(__file__).resolve().parent)
_MESSAGE_LIMIT = 1000
_TRACEBACK_LIMIT = 32_000


@dataclass(eq=False)
class ReplicaFailedError(Exception):
    """The replica ends before it serves.

    Parameters
    ----------
    reason
        One word for programs: a value of the domain's ``Reason``.
    message
        One line for people.
    trace
        The traceback, where there is one.
    """

    reason: str
    message: str
    trace: str = ""

    @classmethod
    def because(cls, reason: str, error: BaseException) -> ReplicaFailedError:
        """Make a failure out of what the model raised."""
        return cls(reason, one_line(error), trimmed_traceback(error))


def one_line(error: BaseException) -> str:
    """Return ``ModuleNotFoundError: No module named 'foo'``, however many lines the error has."""
    text = " ".join(str(error).split())
    if len(text) > _MESSAGE_LIMIT:
        text = text[:_MESSAGE_LIMIT] + "…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def trimmed_traceback(error: BaseException) -> str:
    """Return the traceback from the first frame that isn't ours on."""
    tb = error.__traceback__
    while tb is not None and _is_ours(tb):
        tb = tb.tb_next
    text = "".join(traceback.format_exception(type(error), error, tb))
    if len(text) > _TRACEBACK_LIMIT:
        half = _TRACEBACK_LIMIT // 2
        text = f"{text[:half]}\n…\n{text[-half:]}"
    return text


def _is_ours(tb: TracebackType) -> bool:
    return tb.tb_frame.f_code.co_filename.startswith(_OUR_FOLDER)
