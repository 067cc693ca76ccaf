"""Shows how a roll-out comes along: HTML in a notebook cell, a rewritten line on a terminal, else plain lines."""

from __future__ import annotations

import html
import sys
from typing import Any, TextIO

from primehub_deploy_ext.client import cells
from primehub_deploy_ext.client.cards import COLOURS, ICONS, MIME_TYPE, card_reference
from primehub_deploy_ext.client.shell import running_shell
from primehub_deploy_ext.domain.phases import Outcome, Phase, Step

Json = dict[str, Any]

_WAITING_FOR = {
    Step.SCHEDULING: "waiting for a place to run",
    Step.PULLING: "fetching the image",
    Step.STARTING: "starting the process",
    Step.LOADING: "loading the model and trying its example",
    Step.BACKING_OFF: "waiting before the next attempt",
}


class Progress:
    """What a caller sees while waiting. Trouble with showing it is never the caller's: it then goes silent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._silent = False

    def show(self, deployment: Json, elapsed: float) -> None:
        """Show where the deployment is."""
        self._try(self._show, deployment, elapsed)

    def end(self, deployment: Json, elapsed: float, *, failed: bool) -> None:
        """Show the outcome, which stays."""
        self._try(self._end, deployment, elapsed, failed)

    def note(self, text: str) -> None:
        """Say one sentence."""
        self._try(self._note, text)

    def _try(self, show: Any, *arguments: Any) -> None:
        if self._silent:
            return
        try:
            show(*arguments)
        except Exception:  # noqa: BLE001 (a closed stream, a display that is no more, …)
            self._silent = True

    def _show(self, deployment: Json, elapsed: float) -> None:
        raise NotImplementedError

    def _end(self, deployment: Json, elapsed: float, failed: bool) -> None:
        raise NotImplementedError

    def _note(self, text: str) -> None:
        raise NotImplementedError


class LineProgress(Progress):
    """Lines of text: one that is rewritten on a terminal, elsewhere a new one when something changed."""

    def __init__(self, name: str, stream: TextIO) -> None:
        super().__init__(name)
        self._stream = stream
        self._rewrites = stream.isatty()
        self._last = ""

    def _show(self, deployment: Json, elapsed: float) -> None:
        if deployment["status"]["phase"] != Phase.DEPLOYING and not deployment["status"].get("step"):
            return  # nothing is waited for: the outcome says it
        what = f"{self._name}: {deployment['status']['phase']}, {what_it_waits_for(deployment)}"
        if self._rewrites:
            self._stream.write(f"\r\x1b[2K{what} ({elapsed:.0f} s)")
        elif what != self._last:
            self._stream.write(f"{what}\n")
        self._last = what
        self._stream.flush()

    def _end(self, deployment: Json, elapsed: float, failed: bool) -> None:
        start = "\r\x1b[2K" if self._rewrites else ""
        self._stream.write(f"{start}{self._name}: {outcome(deployment, elapsed, failed)}\n")
        self._stream.flush()

    def _note(self, text: str) -> None:
        self._stream.write(f"\n{text}\n" if self._rewrites else f"{text}\n")
        self._stream.flush()


class CellProgress(Progress):
    """One output of a notebook cell, updated in place; a live card where the page has our front end."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._handle: Any = None
        self._last = ""

    def _show(self, deployment: Json, elapsed: float) -> None:
        text = f"{what_it_waits_for(deployment)} · {elapsed:.0f} s"
        self._put(deployment, deployment["status"]["phase"], text)

    def _end(self, deployment: Json, elapsed: float, failed: bool) -> None:
        phase = deployment["status"]["phase"]
        shown = Phase.FAILED if failed and phase == Phase.DEPLOYED else phase
        self._put(deployment, shown, outcome(deployment, elapsed, failed))

    def _note(self, text: str) -> None:
        from IPython.display import display_html

        display_html(f"<div>{html.escape(text)}</div>", raw=True)  # type: ignore[no-untyped-call]

    def _put(self, deployment: Json, phase: str, text: str) -> None:
        from IPython.display import display

        shown = Phase(phase)
        if text == self._last:
            return
        self._last = text
        bundle = {
            "text/plain": f"{self._name}: {shown}, {text}",
            "text/html": f'<div role="status"><b style="color: {COLOURS[shown]}">{ICONS[shown]} {shown}</b> '
            f"<b>{html.escape(self._name)}</b> · {_with_link(text)}</div>",
            # Where our front end is, the output is a live card from the first moment on.
            MIME_TYPE: card_reference(deployment),
        }
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
            cells.note_card(deployment["id"])
        else:
            self._handle.update(bundle, raw=True)


def what_it_waits_for(deployment: Json) -> str:
    """Return what happens right now, for people."""
    status = deployment["status"]
    step, count = status.get("step"), status["replicas"]
    if step not in _WAITING_FOR:
        return str(status["message"] or status["reason"])
    ready = f" · {count['ready']} of {count['desired']} ready" if count["desired"] > 1 else ""
    if step == Step.LOADING and not deployment["spec"]["model"].get("artifact"):
        return "waiting until the image listens" + ready
    return _WAITING_FOR[step] + ready


def outcome(deployment: Json, elapsed: float, failed: bool) -> str:
    """Return how it ended, for people."""
    status = deployment["status"]
    if failed:
        update = status.get("update") or {}
        gave_up = status["phase"] == Phase.FAILED or update.get("outcome") == Outcome.FAILED
        verb = "failed" if gave_up else "not there yet"
        return f"{verb} after {elapsed:.1f} s: {update.get('message') or status['message']}"
    if status["phase"] == Phase.STOPPED:
        return f"serves nothing until start() ({elapsed:.1f} s)"
    return f"serves revision {deployment.get('serving_revision')} at {deployment['endpoint']} ({elapsed:.1f} s)"


def _with_link(text: str) -> str:
    words = (
        f'<a href="{html.escape(word)}" target="_blank">{html.escape(word)}</a>'
        if word.startswith(("http://", "https://"))
        else html.escape(word)
        for word in text.split(" ")
    )
    return " ".join(words)


def new_progress(name: str) -> Progress:
    """Return what fits where the code runs."""
    shell = running_shell()
    if shell is not None and hasattr(shell, "kernel"):
        return CellProgress(name)
    return LineProgress(name, sys.stdout)
