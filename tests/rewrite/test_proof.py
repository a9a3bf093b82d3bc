"""The proof says no to every rewrite that does not do what it claims."""

import pytest

from pricecheck.findings import Edit, SourceText, Span
from pricecheck.rewrite.proof import ProofError, prove
from pricecheck.rewrite.splice import splice
from pricecheck.source.yaml_parser import parse

CONFIG = """\
wallets:
  base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
accepts:
  - asset: USDC
    network: base
upstreams:
  openai:
    url: "https://api.openai.com"
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: openai-compatible
    models:
      gpt-4o: "$5"
    fallback: "$0.05"
"""


def attempt(text: str, *edits: tuple[str, str], safe: bool = False, name: str = "tollbooth.yaml") -> None:
    """Prove the replacement of each first text, an edit of its own, by the second one."""
    made = [Edit(Span(text.index(old), text.index(old) + len(old)), new) for old, new in edits]
    before = parse(SourceText(name, text), is_json=name.endswith(".json"))
    assert not before.problems
    prove(before, SourceText(name, splice(text, made)), made, safe=safe, environment=None, partial=False)


@pytest.mark.parametrize("safe", [False, True])
def test_a_change_of_spelling_passes(safe: bool) -> None:  # noqa: FBT001 - a parameter of the test
    attempt(CONFIG, ("openai-compatible", "token-based"), safe=safe)


def test_a_price_may_change_in_an_unsafe_fix_only() -> None:
    attempt(CONFIG, ('"$5"', '"$5.00"'))
    with pytest.raises(ProofError, match=r"calls itself safe would change what requests are charged"):
        attempt(CONFIG, ('"$5"', '"$5.00"'), safe=True)


def test_a_safe_fix_may_not_stop_the_gateway() -> None:
    with pytest.raises(ProofError, match=r"the gateway would refuse the result: "):
        attempt(CONFIG, ('"https://api.openai.com"', "5"), safe=True)


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((('"$5"', '"$5'),), "the result has a mistake at line"),
        ((("type: openai", "upstream: openai"),), "the result has a mistake at line 12"),
        ((('"$5"', '"$5"\n    extra: 1\n  other:'),), "would change something else at line 15"),
        ((('"$5"', '"$5" # '), ("\n    fallback", " fallback")), "something else|mistake"),
        ((("  openai:\n", "openai:\n"),), "something else|mistake"),
    ],
)
def test_what_reaches_beyond_its_place_is_refused(edits: tuple[tuple[str, str], ...], words: str) -> None:
    with pytest.raises(ProofError, match=words):
        attempt(CONFIG, *edits)


def test_a_comment_that_swallows_a_value_is_refused() -> None:
    with pytest.raises(ProofError, match="something else"):
        attempt("a: {x: 1, y: 2}\n", ("x: 1,", "x: 1}\nb: #"))


def test_what_the_second_parser_reads_otherwise_is_refused() -> None:
    text = CONFIG.replace('"$5"', "1_000")
    attempt(text, ("1_000", '"1.00"'))
    with pytest.raises(ProofError, match="second parser can't read the text before"):
        attempt(f'note: "a\x07b"\n{CONFIG}', ('"$5"', '"$5.00"'))
    with pytest.raises(ProofError, match="two YAML parsers do not agree"):
        attempt(CONFIG, ('"$5"', '"$5\x85.00"'))


def test_json_is_proven_as_json() -> None:
    attempt('{"a": {"b": 1}}', ("1", '"1"'), name="tollbooth.json")
    with pytest.raises(ProofError, match="the result has a mistake at line 1"):
        attempt('{"a": {"b": 1}}', ("1", "'1'"), name="tollbooth.json")


def test_an_anchor_must_stay() -> None:
    with pytest.raises(ProofError, match="mistake"):
        attempt("a: &x 1\nb: *x\n", ("&x 1", "2"))


@pytest.mark.filterwarnings("error")
def test_an_anchor_given_twice_is_no_news() -> None:
    attempt('a: &x 1\nb: &x 2\nc: *x\nd: "$5"\n', ('"$5"', '"$5.00"'))
