"""Use cases: validate, authorize, then ask the engine. Knows nothing of HTTP."""
