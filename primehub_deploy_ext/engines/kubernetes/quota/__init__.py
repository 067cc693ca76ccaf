"""Quotas on a cluster: what deployments ask and take, and that together they never exceed it."""
