"""The embedded engine: one daemon per OS user, one process per replica, Envoy as gateway."""
