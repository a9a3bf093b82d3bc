"""Break the gateway's mirror on purpose, one line at a time, and name what the tests do not notice.

`python tools/mutate_gateway.py [WORD]` applies each mutation (those that hold WORD) to a temporary copy of the
checkout and runs the tests named for its file there until the first fails. Exit 1 where a mutation survives. It takes
some minutes; run it after changing the mirror or its tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
COPIED = ("pricecheck", "tests", "tools", "pyproject.toml")
LINKED = ("fixtures", "schemas", "docs")

_LOADING = ("test_load", "test_load_words", "test_load_vectors")
_PRICING = ("test_resolution", "test_price_vectors")
TESTS = {
    "money.py": ("test_money",),
    "javascript.py": ("test_javascript",),
    "matching.py": ("test_matching",),
    "default_table.py": _PRICING,
    "pricing.py": _PRICING,
    "config.py": ("test_config", *_PRICING),
    "routing.py": ("test_routing", *_PRICING),
    "resolution.py": _PRICING,
    "steps.py": _PRICING,
    "advertised.py": ("test_advertised",),
    "environment.py": _LOADING,
    "formats.py": ("test_schema",),
    "prototypes.py": _LOADING,
    "_accept.py": ("test_schema",),
    "explain.py": ("test_schema", *_LOADING),
    "loading.py": _LOADING,
    "cross_checks.py": _LOADING,
    "explaining.py": _LOADING,
    "refusals.py": _LOADING,
    "documented.py": _LOADING,
    "versions.py": ("test_versions",),
}
"""For each file, which modules of tests/gateway hold it; the first that fails is enough."""


class Mutation(NamedTuple):
    """In `file` (of pricecheck/gateway), the one place that reads `old` becomes `new`."""

    file: str
    old: str
    new: str


MUTATIONS = (
    # Price texts
    Mutation("money.py", 'text.removeprefix("$")', 'text.lstrip("$")'),
    Mutation("money.py", 'trim(text.removeprefix("$"))', 'trim(text).removeprefix("$")'),
    Mutation("money.py", 'ljust(decimals, "0")', 'ljust(6, "0")'),
    Mutation("money.py", "digits[:decimals]", "digits[: decimals + 1]"),
    Mutation("money.py", '"DAI": 18', '"DAI": 6'),
    Mutation("money.py", "asset.upper()", "asset"),
    Mutation("money.py", "_OTHER_DECIMALS = 6", "_OTHER_DECIMALS = 18"),
    Mutation("money.py", 'lost.strip("0")', "lost"),
    Mutation("money.py", "rjust(decimals + 1", "rjust(decimals"),
    Mutation("javascript.py", r"\u202f\u205f\u3000\ufeff", r"\u202f\u205f\u3000"),
    Mutation("javascript.py", "return text.strip(WHITE_SPACE)", "return text.strip()"),
    Mutation("javascript.py", "    if not text:\n        return 0", "    if not text:\n        return None"),
    Mutation("javascript.py", '"[+-]?[0-9]+', r'"[+-]?\\d+'),
    Mutation("javascript.py", "0(?:[xX]", "[+-]?0(?:[xX]"),
    Mutation("javascript.py", "        return left is right\n", "        return left == right\n"),
    Mutation("javascript.py", "return _double(left) == _double(right)", "return left == right"),
    Mutation("javascript.py", '        "toString",\n', ""),
    Mutation("javascript.py", "sys.set_int_max_str_digits(0)", "pass"),
    # Match rules
    Mutation("matching.py", r'LINE_BREAKS = "\n\r\u2028\u2029"', r'LINE_BREAKS = "\n"'),
    Mutation("matching.py", "map(re.escape, ", "map(str, "),
    Mutation("matching.py", 'if name == "length"', 'if name == "size"'),
    Mutation("matching.py", "(?:0|[1-9][0-9]*)", "[0-9]+"),
    Mutation("matching.py", 'ROOTS = ("body", "query", "headers", "params")', 'ROOTS = ("body", "query", "headers")'),
    # Which price
    Mutation("pricing.py", "listed.price and model", "model"),
    Mutation("pricing.py", 'model != "__proto__"', "True"),
    Mutation("pricing.py", "and not route.token_based:", "and True:"),
    Mutation("pricing.py", "if text or (text is not None and route.token_based):", "if text:"),
    Mutation(
        "pricing.py",
        "((route.price_text, Source.PRICE), (route.fallback, Source.FALLBACK))",
        "((route.fallback, Source.FALLBACK), (route.price_text, Source.PRICE))",
    ),
    Mutation("pricing.py", "payments[0].asset", "payments[-1].asset"),
    Mutation("default_table.py", '"o1-pro": "0.60"', '"o1-pro": "0.06"'),
    Mutation("default_table.py", '    "deepseek-reasoner": "0.008",\n', ""),
    Mutation("config.py", "(pricing.get(name) if pricing else None) or field.get(name)", "field.get(name)"),
    Mutation("config.py", "return self.accepts if route.accepts is None else route.accepts", "return self.accepts"),
    Mutation("config.py", "return DEFAULT_PRICE if text is None else text", "return text or DEFAULT_PRICE"),
    Mutation("config.py", '{"token-based", "openai-compatible"}', '{"token-based"}'),
    # Which route, and what then
    Mutation("routing.py", "if segment)", ")"),
    Mutation("routing.py", "parts[1] if len(parts) > 1 else parts[0]", "parts[-1]"),
    Mutation("routing.py", "keep_blank_values=True", "keep_blank_values=False"),
    Mutation("routing.py", '.decode("utf-8")', '.decode("utf-8", "replace")'),
    Mutation("routing.py", "return {name.lower(): value", "return {name: value"),
    Mutation("routing.py", r"""[^!-~]|[\\#""", r"""[\\#"""),
    Mutation("routing.py", r"|/\.|%2[eE]", r"|/\."),
    Mutation("routing.py", "*(DISCOVERY_PATHS if config.discovery else ()),", "*DISCOVERY_PATHS,"),
    Mutation("routing.py", """safe="!~*'()\"""", 'safe="/"'),
    Mutation("resolution.py", "number > last", "number < last"),
    Mutation("resolution.py", "_literal.setdefault(", "_literal.__setitem__("),
    Mutation("resolution.py", 'frozenset({"GET", "HEAD"})', 'frozenset({"GET"})'),
    Mutation("resolution.py", 'key.startswith("body.")', 'key.startswith("query.")'),
    Mutation("resolution.py", "PAYMENT if amount else Outcome", "PAYMENT if amount > 0 else Outcome"),
    Mutation("resolution.py", "or next(iter(wallets.values()), None)", ""),
    Mutation("resolution.py", "(rule.pay_to if rule else None, ", "(None, "),
    Mutation("resolution.py", "next(pay_to.items(), None)", "list(pay_to.items())[-1]"),
    Mutation("resolution.py", 'headers.setdefault("content-type", "application/json")', "pass"),
    Mutation("advertised.py", "(price, Source.PRICE) if match is None", "(price, Source.PRICE) if True"),
    # Would it start
    Mutation("environment.py", '("params.", "query.")', '("params.",)'),
    Mutation("environment.py", "names = (trim(match[1])", "names = (match[1]"),
    Mutation("environment.py", "if any(name not in environment for name in names):", "if False:"),
    Mutation("formats.py", "(?:\\.(?!xn--)[a-z]", "(?:\\.[a-z]"),
    Mutation("formats.py", "address, slash, length = trim(text)", "address, slash, length = text"),
    Mutation("formats.py", "<= int(prefix[1]) <= bits", "<= int(prefix[1]) < bits"),
    Mutation("formats.py", '("redis://", "rediss://")', '"redis://"'),
    Mutation("formats.py", '(".json", ".yaml", ".yml")', '(".json", ".yaml")'),
    Mutation("prototypes.py", "prototype.items() if name not in own", "prototype.items()"),
    Mutation("loading.py", "*unset, ", ""),
    Mutation("loading.py", "if partial and isinstance(judged, dict):", "if isinstance(judged, dict):"),
    Mutation("cross_checks.py", 'pricing.get("model", "request")', 'pricing.get("model", "time")'),
    Mutation("cross_checks.py", "and not shared and", "and"),
    Mutation("cross_checks.py", '("mpp", "methods")', '("mpp", "module")'),
    Mutation("explain.py", 'if "errorMessage" in schema:', "if False:"),
    Mutation("explain.py", " and instance == instance", ""),
    Mutation("explaining.py", "if found.path not in said:", "if True:"),
    Mutation("refusals.py", "aliased = place.aliased or here is not place.value", "aliased = False"),
    Mutation("refusals.py", 'fix, advice = _quoted(node, f"${written}.00")', "fix, advice = _quoted(node, written)"),
    Mutation("refusals.py", "place.key.span\n    if place.value is None", "Span(0, 0)\n    if place.value is None"),
    Mutation("documented.py", '(60_000, "m")', '(6_000, "m")'),
    Mutation("documented.py", "(field.path, real)", "(field.path,)"),
    Mutation("_accept.py", '"metadata" not in v', '"metadata" in v'),
    Mutation("versions.py", "tuple(map(int, version.split", "tuple(map(str, version.split"),
)  # fmt: skip


def main() -> int:
    """Run them all and print a line each."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [mutation for mutation in MUTATIONS if word in " ".join(mutation)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            put = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            put(ROOT / name, copy / name)
        for name in LINKED:
            (copy / name).symlink_to(ROOT / name)
        if not _tests_pass(copy, {name for names in TESTS.values() for name in names}):
            print("the tests fail before anything is broken")
            return 2
        survivors = [mutation for mutation in chosen if not _is_noticed(copy, mutation)]
    print(f"{len(chosen)} mutations, {len(survivors)} survive")
    return 1 if survivors else 0


def _is_noticed(copy: Path, mutation: Mutation) -> bool:
    path = copy / "pricecheck" / "gateway" / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        print(f"STALE     {mutation.file}: {mutation.old!r} stands there {text.count(mutation.old)} times", flush=True)
        return False
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        noticed = not _tests_pass(copy, TESTS[mutation.file])
    finally:
        path.write_text(text, encoding="utf-8")
    print(f"{'noticed ' if noticed else 'SURVIVES'}  {mutation.file}: {mutation.old!r} -> {mutation.new!r}", flush=True)
    return noticed


def _tests_pass(copy: Path, modules: Iterable[str]) -> bool:
    tests = [f"tests/gateway/{name}.py" for name in modules]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    # The copy comes before the installed package, and no old bytecode hides a change made within the same second.
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False)  # noqa: S603 - ours
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
