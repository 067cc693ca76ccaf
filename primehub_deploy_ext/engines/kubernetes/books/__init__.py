"""Revisions: what was wished, what serves, what came of it, and their history on the cluster."""
