"""PC217, PC218, PC221 and PC222: what is called, held against URL resolution as the gateway's runtime does it."""

import pytest
from ada_url import URL

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText, StampedFinding
from pricecheck.rules import upstream
from pricecheck.rules.model import Rule, Settings


def check(rule: Rule, text: str) -> list[StampedFinding]:
    options = Options(rules=(rule,), settings=Settings(partial=True))
    return check_source(SourceText("tollbooth.yaml", text), options)


def config(url: str, key: str, path: str | None) -> str:
    line = "" if path is None else f'    path: "{path}"\n'
    return f'upstreams:\n  a:\n    url: "{url}"\nroutes:\n  "{key}":\n    upstream: a\n    price: "$0.01"\n{line}'


@pytest.mark.parametrize("base", ["", "/", "/api", "/api/", "/api/v1", "/api/v1/"])
@pytest.mark.parametrize("path", ["/v1/x", "v1/x", "/api/v1/x", "api/v1/x", "/api", "/apis/x", "x"])
def test_a_path_is_lost_exactly_where_the_called_url_is_not_below_it(base: str, path: str) -> None:
    url = f"https://h.example{base}"
    called = URL(path, url).pathname.strip("/").split("/")
    wanted = [segment for segment in base.split("/") if segment]
    lost = called[: len(wanted)] != wanted
    assert bool(check(upstream.upstream_path_dropped, config(url, "GET /y", path))) == lost


@pytest.mark.parametrize(
    ("url", "key", "path", "expected"),
    [
        ("https://api.openai.com/v1", "POST /v1/chat/completions", None, 0),
        ("https://api.openai.com/v1", "POST /chat/completions", None, 1),
        ("https://api.openai.com/v1", "POST /:version/chat", None, 0),
        ("https://h.example/api", "GET /y", "${params.all}", 0),
        ("https://h.example/api", "GET /y", "${PREFIX}/y", 0),
        ("https://h.example/api", "GET /y", "/${PREFIX}/y", 0),
        ("https://h.example/api", "GET /y", "/v1/${ID}", 1),
        ("https://h.example/api", "GET /y", "https://other.example/x", 0),
        ("https://${HOST}/api", "GET /y", None, 0),
        ("https://h.example?key=1", "GET /y", None, 0),
    ],
)
def test_only_a_certain_loss_is_reported(url: str, key: str, path: str | None, expected: int) -> None:
    assert len(check(upstream.upstream_path_dropped, config(url, key, path))) == expected


def test_the_help_is_the_path_to_write() -> None:
    (found,) = check(upstream.upstream_path_dropped, config("https://h.example/api", "GET /q/:id", None))
    assert found.finding.help == 'move the path into the routes: path: "/api/q/${params.id}"'


@pytest.mark.parametrize(
    ("timeout", "fixed"),
    [("120", "120000"), ("1", "1000"), ("2.5", "2500"), ("999.5", "999500"), ("0.5", None), ("'30'", None)],
)
def test_a_timeout_is_multiplied_from_one_second_up(timeout: str, fixed: str | None) -> None:
    found = check(upstream.timeout_unit, f"upstreams:\n  a:\n    url: https://h.example\n    timeout: {timeout}\n")
    fixes = [each.finding.fix.edits[0].text for each in found if each.finding.fix]
    assert fixes == ([] if fixed is None else [fixed])


def test_a_shared_timeout_is_not_edited_through_its_alias() -> None:
    text = "upstreams:\n  a: { url: 'https://a.example', timeout: &t 60 }\n"
    text += "  b: { url: 'https://b.example', timeout: *t }\n"
    assert [found.finding.fix is not None for found in check(upstream.timeout_unit, text)] == [True, False]


@pytest.mark.parametrize(
    ("url", "path", "goes_to"),
    [
        ("https://a.example", "https://b.example/x", "b.example"),
        ("https://a.example", "//b.example/x", "b.example"),
        ("https://a.example", "/\\\\b.example/x", "b.example"),
        ("https://a.example", "HTTPS://B.example:8443", "b.example:8443"),
        ("https://a.example", "https://a.example/x", None),
        ("https://a.example", "https:/x", None),
        ("https://a.example", "http://a.example/x", "a.example"),
        ("https://a.example", "/x:y", None),
        ("https://a.example", "v1/x:predict", None),
        ("https://${HOST}", "https://b.example/x", "b.example"),
        ("https://a.example", "https://${params.h}/x", "whatever host the `${...}` names"),
        ("https://a.example", "${URL}", None),
    ],
)
def test_a_path_leaves_where_the_host_is_another(url: str, path: str, goes_to: str | None) -> None:
    found = check(upstream.path_leaves_upstream, config(url, "GET /y/:h", path))
    assert [each.finding.message.partition("goes to ")[2] for each in found] == ([goes_to] if goes_to else [])


@pytest.mark.parametrize(
    ("path", "dropped"), [("/x?y=1", True), ("/x?", True), ("/x/${query.y}", False), ("/x/${A?}", False)]
)
def test_a_query_is_dropped(path: str, dropped: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert bool(check(upstream.path_leaves_upstream, config("https://a.example", "GET /y", path))) == dropped


@pytest.mark.parametrize(
    ("key", "path", "reported"),
    [
        ("GET /:a", None, True),
        ("GET /:a/b", None, True),
        ("get /:a", "", True),
        ("GET /:a", "/v1/x", False),
        ("GET /:a", "${PATH_FROM_ENV}", False),
        ("GET /v1/:a", None, False),
        ("GET /", None, False),
        ("/:a", None, False),
    ],
)
def test_a_leading_parameter_needs_a_path(key: str, path: str | None, reported: bool) -> None:  # noqa: FBT001
    assert bool(check(upstream.caller_chooses_host, config("https://a.example", key, path))) == reported
