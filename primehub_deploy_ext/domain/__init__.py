"""Values and rules of the product: no I/O.

``models`` needs pydantic. ``phases``, ``names`` and ``errors`` need the standard library alone,
so that the kernel-side client can import them in milliseconds.
"""
