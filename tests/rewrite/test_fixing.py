"""Fixes end, a second run finds nothing to do, and what can't be done is said."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import Edit, Finding, Fix, Impact, Safety, Severity, SourceText, Span, StampedFinding
from pricecheck.rewrite.cascades import FOLLOWS, Shown
from pricecheck.rewrite.fixing import Fixed, fix_source
from pricecheck.rewrite.proof import ProofError
from pricecheck.rewrite.splice import splice
from pricecheck.rules.model import Fixability, Settings
from pricecheck.rules.registry import RULES
from tools.rule_fixtures import fixture_of

FIXTURES = Path(__file__).parents[2] / "fixtures"


def fix(text: str, *, unsafe: bool, options: Options | None = None, name: str = "tollbooth.yaml") -> Fixed:
    options = options or Options(settings=Settings(partial=text.startswith("# partial")))
    return fix_source(
        SourceText(name, text),
        lambda source: check_source(source, options),
        unsafe=unsafe,
        environment=options.environment,
        partial=options.settings.partial,
    )


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_every_rules_bad_fixture_settles(code: str, unsafe: bool) -> None:  # noqa: FBT001 - a parameter of the test
    fixture = fixture_of(next(rule for rule in RULES if rule.code == code))
    text = fixture.read("bad.yaml")
    options = Options(
        environment=fixture.settings.get("env"),
        settings=Settings(text.startswith("# partial"), fixture.settings.get("gateway_version", "1.1.0")),
    )
    name = str(fixture.folder / "tollbooth.yaml")
    once = fix(text, unsafe=unsafe, options=options, name=name)
    twice = fix(once.source.text, unsafe=unsafe, options=options, name=name)
    assert twice.source.text == once.source.text
    assert twice.applied == ()
    able = [found for found in once.remaining if found.finding.fix and (unsafe or _is_safe(found))]
    assert {found.finding.fix for found in able} == {skip.found.finding.fix for skip in once.skipped}


def _is_safe(found: StampedFinding) -> bool:
    return found.finding.fix is not None and found.finding.fix.safety is Safety.SAFE


@pytest.mark.parametrize("code", [rule.code for rule in RULES if rule.fixability is not Fixability.NEVER])
def test_the_engine_makes_of_a_bad_fixture_its_fixed_one(code: str) -> None:
    fixture = fixture_of(next(rule for rule in RULES if rule.code == code))
    text = fixture.read("bad.yaml")
    partial = text.startswith("# partial")
    fixed = fix_source(
        SourceText("tollbooth.yaml", text),
        lambda source: fixture.check(source.text, fixture.surroundings(), partial=partial),
        unsafe=True,
        environment=fixture.settings.get("env"),
        partial=partial,
    )
    assert fixed.source.text == fixture.read("fixed.yaml")


FAULTS: dict[str, tuple[str, str]] = {
    "number": ('price: "$0.02"', "price: 0.02"),
    "raw units": ('gpt-4o: "$0.05"', 'gpt-4o: "$5"'),
    "suffix": ('o1: "$0.50"', 'o1: "$0.50/1k-tokens"'),
    "old type": ("type: token-based", "type: openai-compatible"),
    "misspelt type": ("type: token-based", "type: token-baesd"),
    "misspelt key": ('    fallback: "$0.06"', '    fallbck: "$0.06"'),
    "header": ("headers.x-tier", "headers.X-Tier"),
    "asset": ("asset: USDC", "asset: usdc"),
    "path": ('"GET /search"', '"get /search"'),
    "timeout": ("timeout: 30000", "timeout: 30"),
    "rate limit": ('{requests: 100, window: "1m"}', "{max: 100, windowMs: 60000}"),
    "covered": ('      - where: {query.q: "b*"}', '      - where: {query.q: "a*"}'),
    "facilitator": ("upstreams:\n", 'facilitator: "https://f.example.com"\nupstreams:\n'),
}
SOUND = """\
wallets:
  base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"
accepts:
  - asset: USDC
    network: base
defaults:
  rateLimit: {requests: 100, window: "1m"}
upstreams:
  openai:
    url: "https://api.openai.com"
    timeout: 30000
routes:
  "POST /v1/chat/completions":
    upstream: openai
    type: token-based
    models: # dear ones
      gpt-4o: "$0.05" # é😀
      o1: "$0.50"
    fallback: "$0.06"
  "GET /search":
    upstream: openai
    match:
      - where: {query.q: "a*", headers.x-tier: gold}
        price: "$0.01"
      - where: {query.q: "a*"}
        price: "$0.04"
      - where: {query.q: "b*"}
        price: "$0.04"
    fallback: "$0.05"
  "GET /weather":
    upstream: openai
    price: "$0.02"
"""


@pytest.mark.parametrize("seed", range(60))
def test_any_combination_of_faults_settles(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - the same combinations each time
    text = SOUND
    for name in draw.sample(sorted(FAULTS), draw.randint(1, 7)):
        text = text.replace(*FAULTS[name], 1)
    assert text != SOUND
    text = draw.choice([text, text.replace("\n", "\r\n"), "\ufeff" + text, text.rstrip("\n")])
    safe = fix(text, unsafe=False)
    assert all(_is_safe(found) for found in safe.applied)
    done = fix(text, unsafe=True)
    # What follows from a fix and changes a price waits for the next run.
    for _ in range(3):
        assert {skip.reason for skip in done.skipped} <= {FOLLOWS}
        done = fix(done.source.text, unsafe=True)
    assert not done.applied
    assert not [found for found in done.remaining if found.finding.fix]
    untouched = ("# dear ones", "# é😀", 'url: "https://api.openai.com"', "network: base")
    assert all(line in done.source.text for line in untouched)
    assert ("\r\n" in text) == ("\r\n" in done.source.text)


def finding(text: str, old: str, new: str, code: str = "PC999", safety: Safety = Safety.UNSAFE) -> StampedFinding:
    at = text.index(old)
    mending = Fix(f"write {new}", safety, (Edit(Span(at, at + len(old)), new),))
    found = Finding("wrong", Span(at, at + len(old)), fix=mending)
    return StampedFinding(code, "x", Severity.ERROR, Impact.FAILS, SourceText("t", text), found, "")


def offering(*changes: tuple[str, str]) -> Callable[[SourceText], list[StampedFinding]]:
    def check(source: SourceText) -> list[StampedFinding]:
        return [finding(source.text, old, new) for old, new in changes if old in source.text]

    return check


def test_overlapping_fixes_come_one_after_the_other() -> None:
    fixed = fix_source(SourceText("t", "a: onetwo\n"), offering(("onetwo", "one2"), ("two", "2!")), unsafe=True)
    assert fixed.source.text == "a: one2\n"
    shared = offering(("one", "1x"), ("one", "1x"))
    assert len(fix_source(SourceText("t", "a: one\n"), shared, unsafe=True).applied) == 2


def test_fixes_that_undo_each_other_end_and_nothing_is_written() -> None:
    with pytest.raises(ProofError, match="undo each other"):
        fix_source(SourceText("t", "a: one\n"), offering(("one", "two"), ("two", "one")), unsafe=True, cascade=True)


def test_fixes_that_never_end_are_stopped() -> None:
    with pytest.raises(ProofError, match="did not end after 100 rounds"):
        fix_source(SourceText("t", "a: x\n"), offering(("x", "xx")), unsafe=True, cascade=True)


def test_an_unsafe_fix_that_follows_from_another_waits_for_the_next_run() -> None:
    check = offering(("one", "two"), ("two", "three"))
    fixed = fix_source(SourceText("t", "a: one\n"), check, unsafe=True)
    assert fixed.source.text == "a: two\n"
    assert [(skip.found.rule, skip.reason) for skip in fixed.skipped] == [("PC999", FOLLOWS)]
    assert [found.rule for found in fixed.remaining] == ["PC999"]
    assert fix_source(fixed.source, check, unsafe=True).source.text == "a: three\n"


@pytest.mark.parametrize("before", ["", "longer and ", "x"])
def test_an_unsafe_fix_that_was_shown_is_found_again_behind_others(before: str) -> None:
    text = "k: {safe: 1, a: onetwo, b: three}\n"

    def check(source: SourceText) -> list[StampedFinding]:
        changes = [("safe", f"{before}sure", Safety.SAFE), ("one", before, Safety.UNSAFE), ("two", "2", Safety.UNSAFE)]
        changes.append(("three", "3", Safety.UNSAFE))
        return [finding(source.text, old, new, safety=safety) for old, new, safety in changes if old in source.text]

    shown = Shown(check(SourceText("t", text)))
    round_1 = [Edit(Span(4, 8), f"{before}sure"), Edit(Span(16, 19), before)]
    shown.move(round_1)
    after = SourceText("t", splice(text, round_1))
    assert len(check(after)) == 2
    assert all(shown.has(found) for found in check(after))
    moved = SourceText("t", "#" + after.text)
    assert not any(shown.has(found) for found in check(moved))


def test_unsafe_fixes_need_to_be_asked_for() -> None:
    fixed = fix_source(SourceText("t", "a: one\n"), offering(("one", "two")), unsafe=False)
    assert (fixed.source.text, fixed.applied, fixed.skipped) == ("a: one\n", (), ())


def test_a_fix_that_lies_about_its_safety_is_named_and_refused() -> None:
    lying = [finding(SOUND, '"$0.50"', '"$0.05"', "PC888", Safety.SAFE)]
    with pytest.raises(ProofError, match=r"safe would change what requests are charged \(fixes of PC888;"):
        fix_source(SourceText("tollbooth.yaml", SOUND), lambda _: lying, unsafe=False)


def test_no_fix_reaches_through_an_alias() -> None:
    text = "a: &x {p: one}\nb: *x\n"
    for path, expected in ((("a", "p"), "a: &x {p: two}\nb: *x\n"), (("b", "p"), text)):

        def check(source: SourceText, path: tuple[str, ...] = path) -> list[StampedFinding]:
            if "one" not in source.text:
                return []
            found = finding(source.text, "one", "two")
            return [found._replace(finding=found.finding._replace(path=path))]

        fixed = fix_source(SourceText("t", text), check, unsafe=True)
        assert fixed.source.text == expected
        if expected == text:
            assert [skip.reason for skip in fixed.skipped] == [
                "the text stands at the anchor &x and is used elsewhere too"
            ]


def test_a_file_the_gateways_parser_refuses_is_left_alone() -> None:
    fixed = fix_source(SourceText("t", "a: one\na: 2\n"), offering(("one", "two")), unsafe=True)
    assert fixed.source.text == "a: one\na: 2\n"
    assert "the gateway's parser refuses the file" in fixed.skipped[0].reason


def test_sound_configs_are_never_rewritten() -> None:
    for path in sorted((FIXTURES / "realistic").iterdir()):
        text = path.read_bytes().decode()
        fixed = fix(text, unsafe=False, name=str(path))
        if not fixed.applied:
            assert fixed.source.text == text
        assert all(_is_safe(found) for found in fixed.applied)
