"""A value that Envoy would refuse can't be made: it never gets into a file that all deployments share."""

import pytest

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.local.gateway import Cluster, GatewayState, Route, Unavailable

SHA = "{SHA}" + "A" * 27 + "="
ONE = (("iris/1", 1),)


def test_a_cluster_is_named_by_deployment_and_revision():
    assert Cluster("iris", 3, ("/run/a.sock",)).name == "iris/3"


@pytest.mark.parametrize("id", ["", "ab", "Iris", "iris/3", "1ris", "iris.x", "iris-", "i" * 54, "../x"])
@pytest.mark.parametrize("make", [lambda text: Cluster(text, 1, ()), lambda text: Unavailable(text, "stopped", "")])
def test_an_id_that_is_no_dns_label_is_refused(make, id):
    with pytest.raises(InvalidInput, match="is not an id"):
        make(id)


@pytest.mark.parametrize(
    ("sockets", "message"),
    [
        (("relative.sock",), "absolute path"),
        (("/run/a\n.sock",), "absolute path"),
        (("/run/a\0.sock",), "absolute path"),
        (("/run/" + "x" * 99,), "shorter run-time directory"),
        (("/run/" + "é" * 50,), "has 105"),
        (("/run/a", "/run/a"), "twice"),
    ],
)
def test_a_socket_that_envoy_would_refuse_is_refused(sockets, message):
    with pytest.raises(InvalidInput, match=message) as caught:
        Cluster("iris", 1, sockets)
    assert caught.value.fields[0]["field"] == "sockets"


def test_the_longest_socket_path_is_accepted():
    assert Cluster("iris", 1, ("/" + "x" * 102,)).sockets


@pytest.mark.parametrize(
    ("clusters", "message"),
    [
        ((), "no cluster has a weight"),
        ((("iris/1", 0),), "no cluster has a weight"),
        ((("iris/1", -1),), "between 0 and"),
        ((("wine/1", 1),), "of another deployment"),
        ((("iris/1", 1), ("iris/1", 2)), "twice"),
    ],
)
def test_a_route_without_a_sound_destination_is_refused(clusters, message):
    with pytest.raises(InvalidInput, match=message):
        Route("iris", clusters)


@pytest.mark.parametrize(
    "line",
    ["bob", "bob:secret", "bob:$2y$05$abc", f"b ob:{SHA}", f"bob:{SHA}\neve:{SHA}", f":{SHA}", f"bob:{SHA[:-1]}"],
)
def test_a_user_that_basic_auth_would_refuse_is_refused(line):
    with pytest.raises(InvalidInput, match=r"name:\{SHA\}"):
        Route("iris", ONE, users=(line,))


def test_a_user_is_listed_once():
    with pytest.raises(InvalidInput, match="twice"):
        Route("iris", ONE, users=(f"bob:{SHA}", f"bob:{SHA}"))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"routes": (Route("iris", ONE),)}, "no cluster iris/1"),
        ({"clusters": (Cluster("iris", 1, ()), Cluster("iris", 1, ("/a",)))}, "iris/1 is listed 2 times"),
        (
            {
                "routes": (Route("iris", ONE),),
                "clusters": (Cluster("iris", 1, ()),),
                "unavailable": (Unavailable("iris", "stopped", ""),),
            },
            "iris is listed 2 times",
        ),
    ],
)
def test_a_state_that_contradicts_itself_is_refused(parts, message):
    with pytest.raises(InvalidInput, match=message):
        GatewayState(**parts)


def test_a_negative_wait_is_refused():
    with pytest.raises(InvalidInput, match="seconds"):
        Unavailable("iris", "starting", "", retry_after=-1)
