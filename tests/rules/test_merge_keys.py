"""PC216: near misses that the fixtures have no room for."""

import pytest

from pricecheck.rules import load, merge_keys
from tests.rules.texts import messages

MERGING = 'x: &b { price: "$0.01" }\nroutes:\n  "GET /x":\n    <<: *b\n    upstream: a\n'


def test_a_merge_key_is_reported_where_nothing_merges_it() -> None:
    assert messages(merge_keys.merge_key, MERGING) == ["`<<` is not merged: `price` of `*b` is not there"]
    assert messages(merge_keys.merge_key, "%YAML 1.2\n---\n" + MERGING) != []
    assert messages(merge_keys.merge_key, "%YAML 1.1\n---\n" + MERGING) == []
    assert messages(merge_keys.merge_key, '{"routes": {"GET /x": {"<<": {"price": "$1.0"}}}}', "tollbooth.json") == []


@pytest.mark.parametrize(
    "section",
    [
        'routes: { "GET /x": { upstream: a, rateLimit: { <<: { requests: 1 }, requests: 1, window: 1m } } }',
        'routes: { "POST /x": { upstream: a, type: token-based, models: { <<: { gpt-4o: "$0.05" }, o1: "$1.00" } } }',
    ],
)
def test_what_the_gateway_refuses_is_left_to_pc0(section: str) -> None:
    assert messages(merge_keys.merge_key, section) == []
    assert any(messages(rule, section) for rule in (load.unknown_field, load.wrong_type))


def test_a_missing_field_that_the_merge_was_to_bring_is_explained() -> None:
    text = 'x: &b { upstream: a, price: "$0.01" }\nroutes:\n  "GET /x":\n    <<: *b\n'
    assert messages(merge_keys.merge_key, text) == ["`<<` is not merged: `upstream` and `price` of `*b` are not there"]


def test_metadata_keeps_the_key_and_merges_nothing() -> None:
    text = 'routes: { "GET /x": { upstream: a, price: "$0.01", metadata: { <<: { team: search } } } }'
    assert messages(merge_keys.merge_key, text) == ["`<<` is not merged: `team` of its value is not there"]
