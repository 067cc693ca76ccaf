"""Execute a notebook and print each cell's text output; fail when a cell fails."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def text_of(output: nbformat.NotebookNode) -> str:
    """Return what a person without a browser can read of an output."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.get("data", {}).get("text/plain", ""))


def main() -> int:
    """Run the notebook named on the command line."""
    path = Path(sys.argv[1])
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    failed = False
    try:
        client.execute()
    except CellExecutionError:
        failed = True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = next((line for line in cell.source.splitlines() if line.startswith("#")), None)
            if heading:
                print(f"\n{heading}")
            continue
        text = "\n".join(filter(None, (text_of(output).rstrip() for output in cell.get("outputs", []))))
        if text:
            print(_ANSI.sub("", text))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
