"""From the cluster's words to those that people read. Pure."""
