"""PC208, PC209 and PC213: what is dropped, and what may be taken out without anybody being charged otherwise."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pricecheck.gateway.fields import FIELDS, Lenient
from pricecheck.gateway.resolution import Answer, Gateway, Request
from pricecheck.rules import fields
from pricecheck.schema_files import schema_text
from tests.rules.texts import config_of, findings, reported_routes, with_routes

_IN_THE_SCHEMA = {
    "gateway": Lenient.GATEWAY,
    "payment": Lenient.PAYMENT,
    "defaults": Lenient.DEFAULTS,
    "upstream": Lenient.UPSTREAM,
    "route": Lenient.ROUTE,
    "price": Lenient.PRICE,
}


def _types(schema: dict[str, Any], root: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _types(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "enum" in schema:
        return {"string"}
    kinds = schema["type"]
    return {"number" if kind == "integer" else kind for kind in ([kinds] if isinstance(kinds, str) else kinds)}


def test_the_table_of_fields_is_the_schemas() -> None:
    root = json.loads(schema_text("config"))
    lenient = {name for name, each in root["$defs"].items() if _drops_keys(each)}
    # A facilitator's unknown keys are PC225's.
    assert lenient - {"facilitator"} == set(_IN_THE_SCHEMA)
    objects = {kind: root["$defs"][name] for name, kind in _IN_THE_SCHEMA.items()}
    objects[Lenient.ROOT] = root
    objects[Lenient.MATCH_RULE] = root["$defs"]["match"]["items"]
    objects[Lenient.SHARE] = root["$defs"]["payTo"]["items"]
    schema = {
        kind: {name: _types(field, root) for name, field in each["properties"].items()}
        for kind, each in objects.items()
    }
    assert {kind: {name: set(types) for name, types in table.items()} for kind, table in FIELDS.items()} == schema


def _drops_keys(schema: dict[str, Any]) -> bool:
    return "properties" in schema and schema.get("additionalProperties") is not False


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_known_key_is_silent_and_every_other_one_reported(data: st.DataObject) -> None:
    known = FIELDS[Lenient.ROUTE].keys()
    name = data.draw(st.one_of(st.sampled_from(sorted(known)), st.text("abcdefgimprtx-", min_size=1)))
    text = with_routes({"GET /x": {name: "y"}})
    ours = name in known or name.startswith("x-") or name == "free"
    assert bool(findings(fields.dropped_field, text)) == (not ours)


def test_two_misspellings_of_one_field_do_not_become_a_duplicate_key() -> None:
    text = with_routes({"GET /x": {"fallbck": "$0.01", "falback": "$0.02", "price_": "$0.01", "price": "$0.02"}})
    titles = [found.finding.fix and found.finding.fix.title for found in findings(fields.dropped_field, text)]
    assert titles == ["write fallback", None, None]


def test_a_value_that_fits_no_field_of_a_similar_name_is_not_moved_there() -> None:
    (found,) = findings(fields.dropped_field, with_routes({"GET /x": {"modles": "gpt-4o"}}))
    assert found.finding.fix is None
    assert found.finding.help == "did you mean `models`?"


def test_a_section_is_kept_for_an_anchor_that_is_used() -> None:
    route = "routes:\n  POST /x: { upstream: a, type: token-based, models: "
    anchored = "prices: &p { m: '$0.01' }\n"
    for text, dropped in ((anchored + route + "*p }", 0), (anchored + route + "{} }", 1)):
        assert len(findings(fields.dropped_field, text, path="x.yaml", partial=True)) == dropped
    misspelt = "routes:\n  POST /x: { upstream: a, modles: &p { m: '$0.01' } }\n  POST /y: { upstream: a, models: *p }"
    assert len(findings(fields.dropped_field, misspelt, path="x.yaml", partial=True)) == 1


def test_a_shared_mapping_is_told_once() -> None:
    text = "routes:\n  GET /x: &r { upstream: a, pirce: '$0.01' }\n  GET /y: *r\n"
    assert len(findings(fields.dropped_field, text, path="x.yaml", partial=True)) == 1


_FIELDS: dict[str, Any] = {
    "models": {"m": "$1.01"},
    "match": [{"where": {"query.q": "1"}, "price": "$1.02"}],
    "price": "$1.03",
    "fallback": "$1.04",
}
_TWINS = {
    "match": [{"where": {"query.q": "1"}, "price": "$2.02"}],
    "price": "$2.03",
    "fallback": "$2.04",
}
REQUESTS = [
    Request("POST", path, {}, body)
    for path in ("/x", "/x?q=1")
    for body in ({"model": "m"}, {"model": "gpt-4o"}, {"model": "z"})
]


def _answers(route: dict[str, Any]) -> list[Answer]:
    gateway = Gateway(config_of(with_routes({"POST /x": route})))
    return [gateway.answer(request)._replace(quote=None, trace=()) for request in REQUESTS]


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(_FIELDS))),
    st.sets(st.sampled_from(sorted(_TWINS))),
    st.sampled_from([None, "token-based", "openai-compatible"]),
)
def test_exactly_the_fields_that_charge_nobody_are_reported(own: set[str], twins: set[str], kind: str | None) -> None:
    route: dict[str, Any] = {name: _FIELDS[name] for name in own}
    route |= {"pricing": {name: _TWINS[name] for name in twins}} if twins else {}
    route |= {"type": kind} if kind else {}
    before = _answers(route)
    places = [(name,) for name in own] + [("pricing", name) for name in twins]
    idle = set()
    for place in places:
        fewer = copy.deepcopy(route)
        owner = fewer["pricing"] if len(place) == 2 else fewer
        owner[place[-1]] = [] if place[-1] == "match" else {} if place[-1] == "models" else None
        if owner[place[-1]] is None:
            del owner[place[-1]]
        if _answers(fewer) == before:
            idle.add(place)
    text = with_routes({"POST /x": route})
    told = {found.finding.path[2:] for found in findings(fields.field_without_effect, text)}
    # A field that a twin overrides is told once, even if neither is charged.
    overridden = {(name,) for name in own & twins}
    assert told | overridden == idle | overridden
    assert overridden <= told


def test_a_type_from_the_environment_is_not_judged() -> None:
    route = {"type": "${TYPE}", "models": {"m*": "$0.01"}, "fallback": "$0.01"}
    for rule in (fields.field_without_effect, fields.models_glob):
        assert findings(rule, with_routes({"POST /x": route})) == []


@settings(max_examples=60, deadline=None)
@given(st.text("am*-", min_size=1, max_size=5), st.sampled_from(["a", "am", "ama", "a-m", "mam"]))
def test_a_name_with_a_star_prices_no_ordinary_model(name: str, asked: str) -> None:
    text = with_routes({"POST /x": {"type": "token-based", "models": {name: "$1.01"}, "price": "$1.02"}})
    charged = Gateway(config_of(text)).answer(Request("POST", "/x", {}, {"model": asked})).amount
    assert charged == (1_010_000 if name == asked else 1_020_000)
    assert bool(reported_routes(fields.models_glob, text)) == ("*" in name)
