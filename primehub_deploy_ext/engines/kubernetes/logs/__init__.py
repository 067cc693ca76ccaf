"""Logs of all containers, attempts and pods of a deployment, merged and followed."""
