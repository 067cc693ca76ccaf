"""Stored models where notebooks and pods reach them."""
