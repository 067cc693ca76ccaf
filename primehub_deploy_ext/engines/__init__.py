"""Where deployments run: one protocol (``base``), one package per engine."""
