"""Real Jupyter servers, a real engine."""

from tests.servers import home, start_server

__all__ = ["home", "start_server"]
