import pytest

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.local.gateway import Settings
from primehub_deploy_ext.engines.local.gateway.settings import HOST_VARIABLE, PORT_VARIABLE


@pytest.mark.parametrize(
    ("environment", "host", "port", "url_host"),
    [
        ({}, "127.0.0.1", None, "127.0.0.1"),
        ({PORT_VARIABLE: " 9001 "}, "127.0.0.1", 9001, "127.0.0.1"),
        ({PORT_VARIABLE: "", HOST_VARIABLE: ""}, "127.0.0.1", None, "127.0.0.1"),
        ({HOST_VARIABLE: "localhost"}, "127.0.0.1", None, "127.0.0.1"),
        ({HOST_VARIABLE: "0.0.0.0"}, "0.0.0.0", None, "127.0.0.1"),
        ({HOST_VARIABLE: "10.1.2.3"}, "10.1.2.3", None, "10.1.2.3"),
        ({HOST_VARIABLE: "::"}, "::", None, "[::1]"),
        ({HOST_VARIABLE: "::1"}, "::1", None, "[::1]"),
    ],
)
def test_the_environment_chooses_host_and_port(environment, host, port, url_host):
    settings = Settings.from_environment(environment)
    assert (settings.host, settings.port, settings.caller_host) == (host, port, url_host)


@pytest.mark.parametrize(
    ("variable", "value"),
    [(PORT_VARIABLE, v) for v in ("http", "0", "65536", "-1", "80 81", "²")] + [(HOST_VARIABLE, "my-laptop")],
)
def test_a_wrong_variable_is_named(variable, value):
    with pytest.raises(InvalidInput, match=variable):
        Settings.from_environment({variable: value})
