"""PC202, PC205, PC206 and PC207: held against what the gateway answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.resolution import Gateway, Outcome, Request
from pricecheck.gateway.routing import split_path
from pricecheck.rules import route_keys, route_patterns
from tests.rules.texts import config_of, findings, with_routes

PIECES = st.lists(
    st.sampled_from([*"ab.%*?#{}<>[]()|^`\\\"'é\t~:-_/ ", "%2e", "%41", "//", "/./", "/.."]), max_size=6
).map("".join)


def answer(key: str, path: str) -> Outcome:
    config = config_of(with_routes({key: {"price": "$0.01"}}))
    return Gateway(config).answer(Request("GET", path)).outcome


@settings(max_examples=400, deadline=None)
@given(PIECES)
def test_a_key_that_nothing_is_said_about_takes_the_path_it_says(path: str) -> None:
    key = f"GET /{path}"
    text = with_routes({key: {"price": "$0.01"}})
    said = [
        found.finding.message
        for rule in (route_keys.invalid_route_key, route_patterns.literal_wildcard)
        for found in findings(rule, text)
    ]
    taken = answer(key, f"/{path}") is Outcome.PAYMENT
    literal = not any(segment.startswith(":") for segment in split_path(path))
    if literal and not taken:
        assert said
    if any("no request can hit" in message or "never arrives" in message for message in said):
        assert not taken or any("?" in piece or "#" in piece for piece in path)


@pytest.mark.parametrize(
    ("key", "mended"),
    [
        ("GET/v1/models", "GET /v1/models"),
        ("post:/v1/models", "post /v1/models"),
        ("GET\t/v1/models", "GET /v1/models"),
        ("GET\u00a0/v1/models", "GET /v1/models"),
        ("/v1/models", None),
        ("models", None),
        ("FETCH/v1/models", None),
    ],
)
def test_a_method_glued_to_its_path_is_mended(key: str, mended: str | None) -> None:
    (found,) = findings(route_keys.invalid_route_key, with_routes({key: {}}))
    assert "every request to the whole gateway" in found.finding.message
    assert (found.finding.fix.title if found.finding.fix else None) == (mended and f'write "{mended}"')


def test_a_key_without_a_space_fails_every_request() -> None:
    config = config_of(with_routes({"GET /a": {"price": "$0.01"}, "/b": {"price": "$0.01"}}))
    assert Gateway(config).answer(Request("GET", "/a")).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("key", "taken", "not_taken"), [("GET /a b", "/b", "/a%20b"), ("GET /a ", "/", "/a"), ("GET POST /a", "/a", "/b")]
)
def test_of_a_path_with_a_space_only_its_end_is_matched(key: str, taken: str, not_taken: str) -> None:
    assert answer(key, taken) is Outcome.PAYMENT
    assert answer(key, not_taken) is Outcome.NOT_FOUND
    (found,) = findings(route_keys.invalid_route_key, with_routes({key: {}}))
    assert f"takes {taken} " in found.finding.message or "takes requests for / alone" in found.finding.message


def test_no_two_fixes_give_routes_the_same_key() -> None:
    text = with_routes({"GET /a/{id}": {}, "GET /a/<id>": {}, "GET /a/[id]": {}})
    fixes = [found.finding.fix for found in findings(route_patterns.literal_wildcard, text)]
    assert len(fixes) == 3
    assert sum(fix is not None for fix in fixes) == 1
    there = with_routes({"GET /a/{id}": {}, "GET /a/:id": {}})
    assert [found.finding.fix for found in findings(route_patterns.literal_wildcard, there)] == [None]


@pytest.mark.parametrize(
    "segment", ["gemini-2.5-pro:generateContent", "ft:gpt-4o:acme::id", "a+b", ":id", ":file-id", ":é"]
)
def test_colons_of_real_paths_are_left_alone(segment: str) -> None:
    assert findings(route_patterns.literal_wildcard, with_routes({f"GET /v1/{segment}": {}})) == []


def test_a_colon_within_a_segment_is_meant_as_a_parameter_where_the_route_refers_to_it() -> None:
    where = [{"where": {"params.version": "2"}, "price": "$0.01"}]
    assert findings(route_patterns.literal_wildcard, with_routes({"GET /v:version": {}})) == []
    assert len(findings(route_patterns.literal_wildcard, with_routes({"GET /v:version": {"match": where}}))) == 1


def path_findings(key: str, path: str, environment: str = "") -> list[str]:
    text = with_routes({key: {"path": path + environment}})
    return [found.finding.message for found in findings(route_patterns.missing_path_parameter, text)]


@pytest.mark.parametrize(
    "path", ["/v1/${params.id}", "/v1/${params.id}:cancel", "/v1/${query.id}", "/v1/x:id2", "/v1", "/v1/12:30"]
)
def test_paths_that_are_filled_in_are_left_alone(path: str) -> None:
    assert path_findings("GET /x/:id", path) == []


def test_what_is_left_for_run_time_is_judged_beside_an_unknown_variable() -> None:
    assert path_findings("GET /x/:id", "/${params.id}/", "${SUFFIX}") == []
    (message,) = path_findings("GET /x/:id", "/${params.nr}/", "${SUFFIX}")
    assert "`${params.nr}` has no value" in message
    assert path_findings("GET /x/:id", "/:id/", "${SUFFIX}") == [], "the text as a whole is not known"


def test_a_path_is_mended_as_it_is_written() -> None:
    text = 'routes:\n  GET /x/:id:\n    upstream: a\n    path: "/${PREFIX}/\\u0061/${params.nr}"\n'
    (found,) = findings(route_patterns.missing_path_parameter, text, path="x.yaml", partial=True)
    assert found.finding.fix is not None
    (edit,) = found.finding.fix.edits
    assert text[edit.span.start : edit.span.end] == "${params.nr}"
    assert edit.text == "${params.id}"


@pytest.mark.parametrize("method", ["GET", "get", "Patch", "HEAD", "OPTIONS", "M-SEARCH", "PROPFIND"])
def test_real_methods_are_left_alone(method: str) -> None:
    assert findings(route_keys.unknown_method, with_routes({f"{method} /x": {}})) == []


@pytest.mark.parametrize(
    ("method", "meant"),
    [("PSOT", "POST"), ("GTE", "GET"), ("DELET", "DELETE"), ("ANY", None), ("GET|POST", None), ("FETCH", None)],
)
def test_a_misspelt_method_is_mended(method: str, meant: str | None) -> None:
    (found,) = findings(route_keys.unknown_method, with_routes({f"{method} /x": {}}))
    assert (found.finding.fix.title if found.finding.fix else None) == (meant and f'write "{meant} /x"')
