"""What Envoy is told, as values; ``tests/engines/test_gateway.py`` checks that Envoy agrees."""

import json

import pytest

from primehub_deploy_ext.engines.local.gateway import Cluster, Route, Settings, Unavailable
from primehub_deploy_ext.engines.local.gateway.bootstrap import PUBLIC_PROGRAM, bootstrap
from primehub_deploy_ext.engines.local.gateway.config import clusters_file, routes_file

USER = "bob:{SHA}" + "A" * 27 + "="


def lists(*routes, unavailable=(), timeout=60.0):
    """The lists of routes by prefix, and the virtual host's table around them."""
    (table,) = json.loads(routes_file(routes, unavailable, timeout=timeout).text)["resources"]
    keys = table["virtual_hosts"][0]["matcher"]["matcher_tree"]["prefix_match_map"]["map"]
    return {key: value["action"]["typed_config"]["routes"] for key, value in keys.items()}


def kinds(route):
    found = lists(route)[f"/deployment/{route.deployment}/"]
    return {entry["metadata"]["filter_metadata"]["gw"]["route"].split("/")[1]: entry for entry in found}


def test_requests_are_counted_under_the_name_that_the_route_gives():
    served = Route("iris", (("iris/1", 1),), counted_as="7")
    waiting = Unavailable("wine", "stopped", "", counted_as="8")
    found = lists(served, unavailable=[waiting])
    for prefix, whose in (("/deployment/iris/", "7"), ("/deployment/wine/", "8")):
        labels = [entry["metadata"]["filter_metadata"]["gw"]["route"] for entry in found[prefix]]
        assert labels == [
            f"{whose}/{kind}" for kind in ("feedback/post", "predictions/post", "other/get", "other/other")
        ]


def test_the_version_is_the_content():
    one, two = Cluster("iris", 1, ("/a",)), Cluster("wine", 1, ("/b",))
    assert clusters_file([one, two]) == clusters_file([two, one])
    assert clusters_file([one]).version != clusters_file([two]).version
    first, second = Route("iris", (("iris/1", 1),)), Route("wine", (("wine/1", 1),))
    assert routes_file([first, second], (), timeout=60) == routes_file([second, first], (), timeout=60)


def test_clusters_of_before_stay_unless_they_are_redefined():
    before = clusters_file([Cluster("iris", 1, ("/old",)), Cluster("iris", 2, ("/old",))])
    after = clusters_file([Cluster("iris", 2, ("/new",)), Cluster("iris", 3, ("/new",))], kept=before.resources)
    sockets = {name: json.dumps(cluster["load_assignment"]) for name, cluster in after.resources.items()}
    assert list(sockets) == ["iris/1", "iris/2", "iris/3"]
    assert ["/old" in text for text in sockets.values()] == [True, False, False]


def test_endpoints_are_inline_because_a_file_per_cluster_exhausts_inotify():
    (cluster,) = clusters_file([Cluster("iris", 3, ("/r/0.sock", "/r/1.sock"))]).resources.values()
    (group,) = cluster["load_assignment"]["endpoints"]
    paths = [entry["endpoint"]["address"]["pipe"]["path"] for entry in group["lb_endpoints"]]
    assert (cluster["type"], paths) == ("STATIC", ["/r/0.sock", "/r/1.sock"])


def test_health_checks_name_a_valid_host():
    (cluster,) = clusters_file([Cluster("iris", 3, ())]).resources.values()
    (check,) = cluster["health_checks"]
    assert check["http_health_check"] == {"path": "/v2/health/ready", "host": "localhost"}


def test_each_prefix_ends_in_a_slash_and_each_list_takes_everything():
    found = lists(Route("iris", (("iris/1", 1),)), unavailable=[Unavailable("wine", "stopped", "")])
    assert set(found) == {"/deployment/iris/", "/deployment/wine/", "/deployment/"}
    for prefix, routes in found.items():
        assert routes[-1]["match"] in ({"prefix": prefix}, {"prefix": "/"})


def test_a_prediction_is_repeated_and_feedback_is_not():
    found = kinds(Route("iris", (("iris/1", 1),)))
    retry_on = {kind: set(entry["route"]["retry_policy"]["retry_on"].split(",")) for kind, entry in found.items()}
    assert list(found) == ["feedback", "predictions", "other"]
    assert "reset" in retry_on["predictions"]
    assert "reset" not in retry_on["feedback"]


def test_one_cluster_is_named_and_several_share_by_weight():
    assert kinds(Route("iris", (("iris/3", 1),)))["other"]["route"]["cluster"] == "iris/3"
    split = kinds(Route("iris", (("iris/3", 90), ("iris/4", 10))))["other"]["route"]["weighted_clusters"]
    assert split == {"clusters": [{"name": "iris/3", "weight": 90}, {"name": "iris/4", "weight": 10}]}


def test_the_timeout_is_the_routes():
    (feedback, *_) = lists(Route("iris", (("iris/1", 1),)), timeout=2.5)["/deployment/iris/"]
    assert feedback["route"]["timeout"] == "2.5s"


def test_only_a_public_route_turns_authentication_off():
    public = kinds(Route("iris", (("iris/1", 1),)))
    private = kinds(Route("iris", (("iris/1", 1),), users=(USER,)))
    nobody = kinds(Route("iris", (("iris/1", 1),), users=()))
    assert all(entry["typed_per_filter_config"]["basic"]["disabled"] for entry in public.values())
    for found, users in ((private, USER), (nobody, "")):
        for entry in found.values():
            assert "disabled" not in entry["typed_per_filter_config"]["basic"]
            assert entry["typed_per_filter_config"]["basic"]["users"] == {"inline_string": users}
    assert all(entry["request_headers_to_remove"] == ["authorization"] for entry in private.values())
    assert all("request_headers_to_remove" not in entry for entry in public.values())
    assert all(entry["typed_per_filter_config"]["bearer"]["name"] == PUBLIC_PROGRAM for entry in public.values())


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("it is stopped", "it is stopped"),
        ('"%REQ(x)%"\n', '"%REQ(x)%"\n'),
        ("\ud800", "\ud800"),
        ("x" * 2000, "x" * 999 + "…"),
    ],
)
def test_an_unavailable_deployment_says_why(message, shown):
    (*_, entry) = lists(unavailable=[Unavailable("iris", "failed", message)])["/deployment/iris/"]
    body = entry["direct_response"]["body"]["inline_string"]
    assert body.isascii()
    assert json.loads(body) == {"error": {"code": "failed", "message": shown, "deployment": "iris"}}


def test_the_longest_message_fits_into_a_direct_response():
    text = routes_file((), [Unavailable("iris", "failed", "\U0001f600" * 5000)], timeout=60).text
    (table,) = json.loads(text)["resources"]
    keys = table["virtual_hosts"][0]["matcher"]["matcher_tree"]["prefix_match_map"]["map"]
    (*_, entry) = keys["/deployment/iris/"]["action"]["typed_config"]["routes"]
    assert len(entry["direct_response"]["body"]["inline_string"]) <= table["max_direct_response_body_size_bytes"]


def test_retry_after_is_told_only_where_waiting_helps():
    def headers(retry_after):
        item = Unavailable("iris", "starting", "", retry_after)
        (*_, entry) = lists(unavailable=[item])["/deployment/iris/"]
        return {added["header"]["key"]: added["header"]["value"] for added in entry["response_headers_to_add"]}

    assert headers(None) == {"content-type": "application/json"}
    assert headers(3) == {"content-type": "application/json", "retry-after": "3"}


def test_without_a_setting_of_its_own_a_route_admits_nobody():
    made = bootstrap(Settings(), port=1234, admin="/a", xds="/x", nobody="N" * 27 + "=")
    (listener,) = made["static_resources"]["listeners"]
    http = listener["filter_chains"][0]["filters"][0]["typed_config"]
    filters = {entry["name"]: entry["typed_config"] for entry in http["http_filters"]}
    assert list(filters) == ["bearer", "basic", "size", "router"]
    assert filters["basic"]["users"] == {"inline_string": "_:{SHA}" + "N" * 27 + "="}
    assert "envoy_on_request" in filters["bearer"]["default_source_code"]["inline_string"]


def test_two_files_are_watched_and_no_more():
    made = json.dumps(bootstrap(Settings(), port=1234, admin="/a", xds="/x", nobody=""))
    assert made.count("path_config_source") == 2
