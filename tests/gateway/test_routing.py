"""Which route a request gets (gateway.md §5)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricecheck.gateway.routing import (
    MalformedPathError,
    can_forward,
    compile_route,
    decode_component,
    lower_case_names,
    query_values,
    rewrite_path,
    split_path,
    split_target,
)
from tests.gateway.reading import HEAD, config_of, gateway_of


def hit(keys: list[str], method: str, path: str) -> str | None:
    routes = "".join(f'  "{key}": {{ upstream: up }}\n' for key in keys)
    found = gateway_of(f"{HEAD}routes:\n{routes}").route_for(method, split_path(path))
    return found.route.key if found else None


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("GET /v1/chat", "/v1/chat"),
        ("GET /v1/chat", "//v1///chat/"),
        ("GET v1/chat/", "/v1/chat"),
        ("get /v1/chat", "/v1/chat"),
        ("GET /", "/"),
        ("GET /:a", "/%20"),
        ("GET /x/:a/y", "/x/1/y"),
        ("GET /files/*", "/files/*"),
        ("GET /sp%20ace", "/sp%20ace"),
        ("GET  /two/spaces", "/two/spaces"),
        ("GET /a b", "/b"),
        ("GET /a b c", "/b"),
        ("GET /a ", "/"),
    ],
)
def test_paths_that_fit(key: str, path: str) -> None:
    assert hit([key], "GET", path) == key


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("GET /v1/chat", "/v1/Chat"),
        ("GET /v1/chat", "/v1/chat/completions"),
        ("GET /:a", "/"),
        ("GET /files/*", "/files/x"),
        ("GET /sp%20ace", "/sp ace"),
        ("GET /{id}", "/1"),
        ("GET /file-:id", "/file-1"),
        ("GET /a?b=1", "/a"),
        ("GET /a b", "/a"),
        ("GET /a b", "/a/b"),
        ("POST /a", "/a"),
        ("* /a", "/a"),
        (" GET /a", "/a"),
    ],
)
def test_paths_that_do_not_fit(key: str, path: str) -> None:
    assert hit([key], "GET", path) is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["GET /a/b", "GET /a/:x"], "GET /a/b"),
        (["GET /a/:x", "GET /a/b"], "GET /a/:x"),
        (["GET /:x/b", "GET /a/:x"], "GET /:x/b"),
        (["POST /a/b", "GET /:x", "GET /a//b", "GET /a/b"], "GET /a//b"),
    ],
)
def test_the_first_in_file_order_wins(keys: list[str], expected: str) -> None:
    assert hit(keys, "GET", "/a/b") == expected


segments = st.sampled_from(["a", "b", ":x", ":y"])
keys = st.lists(st.lists(segments, max_size=3).map(lambda parts: "GET /" + "/".join(parts)), max_size=8, unique=True)


@given(keys, st.lists(st.sampled_from(["a", "b", "c"]), max_size=3).map(lambda parts: "/" + "/".join(parts)))
def test_the_index_finds_what_trying_in_order_finds(keys: list[str], path: str) -> None:
    config = config_of("routes:\n" + "".join(f'  "{key}": {{}}\n' for key in keys)) if keys else config_of("{}")
    compiled = [compile_route(route) for route in config.routes]
    first = next((each.route.key for each in compiled if each.takes(split_path(path))), None)
    assert hit(keys, "GET", path) == first if keys else first is None


def test_parameters_are_decoded() -> None:
    (route,) = config_of('routes: { "GET /:a/x/:b": {} }').routes
    compiled = compile_route(route)
    assert compiled.params(("%F0%9F%98%80", "x", "a%2Fb")) == {"a": "\U0001f600", "b": "a/b"}


@pytest.mark.parametrize("path", ["/a/%", "/a/%zz", "/a/%E9", "/a/%ED%A0%80"])
def test_a_malformed_parameter_is_an_error(path: str) -> None:
    with pytest.raises(MalformedPathError):
        hit(["GET /a/:x"], "GET", path)
    assert hit(["GET /b/:x"], "GET", path) is None
    assert hit(["GET /a/b", f"GET {path}"], "GET", path) == f"GET {path}"


def test_parameters_are_read_before_a_mismatch_further_right() -> None:
    with pytest.raises(MalformedPathError):
        hit(["GET /:x/b", "GET /%zz/c"], "GET", "/%zz/c")


@given(st.text(max_size=20))
def test_decoding_undoes_encoding(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert decode_component(quote(clean, safe="")) == clean


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a?x=1&y", "/a", "x=1&y"),
        ("/a?x?y", "/a", "x?y"),
        ("/a/../b/./c", "/b/c", ""),
        ("/a/%2e%2E/b", "/b", ""),
        ("/..", "/", ""),
        ("/a/.b", "/a/.b", ""),
        ("//x/y", "//x/y", ""),
        ("/a\\b", "/a/b", ""),
        ("/a b", "/a%20b", ""),
        ("/\u00e9?q=\u00e9", "/%C3%A9", "q=%C3%A9"),
        ("/a#frag?x", "/a", ""),
        ("/a{b}|c`d<e>\"f'", "/a%7Bb%7D|c%60d%3Ce%3E%22f'", ""),
        ("/a^b?c^d", "/a^b", "c^d"),
        ("/a^ caret", "/a^%20caret", ""),
        ("/a\tb\nc", "/abc", ""),
        ("/%2F%zz", "/%2F%zz", ""),
        ("/\ud800", "/%EF%BF%BD", ""),
        ("no/slash", "no/slash", ""),
    ],
)
def test_targets_are_written_as_the_url_parser_does(target: str, path: str, query: str) -> None:
    assert split_target(target) == (path, query)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": ""}),
        ("=x", {"": "x"}),
        ("&&a=+b%20c", {"a": " b c"}),
        ("a=x=y", {"a": "x=y"}),
        ("a=%zz", {"a": "%zz"}),
        ("a=%E9", {"a": "\ufffd"}),
        ("%61=1;b=2", {"a": "1;b=2"}),
        ("a.b=1", {"a.b": "1"}),
    ],
)
def test_query_values(query: str, values: dict[str, str]) -> None:
    assert query_values(query) == values


def test_header_names_arrive_in_lower_case() -> None:
    assert lower_case_names({"X-Tier": "Gold"}) == {"x-tier": "Gold"}
    assert lower_case_names([("A", "1"), ("a", "2")]) == {"a": "2"}


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/v1/${params.id}", "/v1/a%2Fb%20c!"),
        ("/v1/${query.q}/x", "/v1//x"),
        ("/v1/${ params.id }/:id", "/v1/${ params.id }/:id"),
        ("/v1/${params.nope}", None),
        ("/v1/${query.nope}", None),
        ("/v1/${OTHER}", "/v1/${OTHER}"),
    ],
)
def test_a_path_template_is_filled_or_fails(template: str, path: str | None) -> None:
    assert rewrite_path(template, {"id": "a/b c!"}, {"q": ""}) == path


@pytest.mark.parametrize("path", ["/", "/a//b", "rel/a", "//host/a", "https://host/a", "", "/a\\b", "/\t\ud800"])
def test_paths_that_reach_an_upstream(path: str) -> None:
    assert can_forward(path)


@pytest.mark.parametrize("path", ["//", "///", "/\\", "/\t/", "https://a b/"])
def test_paths_that_name_no_host(path: str) -> None:
    assert not can_forward(path)
