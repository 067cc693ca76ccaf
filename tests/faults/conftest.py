"""Real Jupyter servers that tests may kill."""

from tests.servers import home, start_server

__all__ = ["home", "start_server"]
