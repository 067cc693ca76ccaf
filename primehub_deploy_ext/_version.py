"""The one place that holds the version; ``labextension/package.json`` must agree (tested)."""

__version__ = "0.1.0"
