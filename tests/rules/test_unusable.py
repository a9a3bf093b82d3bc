"""PC227 and PC228: near misses that the fixtures have no room for."""

import pytest

from pricecheck.rules import unusable
from tests.rules.texts import messages


def test_one_store_on_redis_is_enough() -> None:
    redis = 'stores:\n  redis: { url: "redis://localhost" }\n'
    assert len(messages(unusable.store_without_backend, redis)) == 1
    assert len(messages(unusable.store_without_backend, redis + "  rateLimit: { backend: memory }\n")) == 1
    assert messages(unusable.store_without_backend, redis + "  timeSession: { backend: redis }\n") == []


@pytest.mark.parametrize(("port", "reported"), [("65535", False), ("65536", True), ("7e4", True), ('"70000"', False)])
def test_a_port_has_sixteen_bits(port: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert bool(messages(unusable.unusable_route, f"gateway: {{ port: {port} }}\n")) == reported


@pytest.mark.parametrize(
    ("key", "reported"), [("GET /x", True), ("head /x", True), ("POST /x", False), ("DELETE /x", False)]
)
def test_a_token_based_route_needs_a_body(key: str, reported: bool) -> None:  # noqa: FBT001 - a test's parameter
    text = f'routes: {{ "{key}": {{ upstream: a, type: token-based, fallback: "$0.05" }} }}'
    assert bool(messages(unusable.unusable_route, text)) == reported
