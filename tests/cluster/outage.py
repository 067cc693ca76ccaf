"""Take the API server away until the standard input ends: ``python -m tests.cluster.outage``.

Prints ``away`` once it is.
"""

from __future__ import annotations

import sys

from tests.cluster.cluster import Cluster

with Cluster.of_this_machine().without("apiserver"):
    print("away", flush=True)
    sys.stdin.read()
