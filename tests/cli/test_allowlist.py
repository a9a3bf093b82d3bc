"""`pricecheck allowlist` writes a hook that fails closed, and that PC307 has nothing to say of."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pricecheck.findings import SourceText
from pricecheck.rules.allowlist_template import hook_source
from pricecheck.rules.hook_source import read_hook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

CONFIG = """\
wallets: {base: "0x4F1c0aB7a9E5c1d2B3e4F5a6B7c8D9e0F1a2B3c4"}
accepts: [{asset: USDC, network: base}]
upstreams: {openai: {url: "https://api.openai.com"}}
routes:
  "POST /c":
    upstream: openai
    type: token-based
    models: {gpt-4o: "$0.05", "ft:gpt-4o:acme::a\\"b": "$0.08"}
    fallback: "$0.08"
  "POST /m":
    upstream: openai
    match: [{where: {body.model: "gpt-*"}, price: "$0.05"}]
    fallback: "$0.05"
  "GET /q":
    upstream: openai
    price: "$0.01"
"""
ODD = ["gpt-4o", 'a"b\\c', "ünï", "__proto__x", "line\u2028break", "*/ // x", "${x}`"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tollbooth.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("language", ["ts", "js"])
def test_what_is_written_is_read_again(language: str) -> None:
    text = hook_source("POST /a\nb", ODD, language, "/srv/x")
    read = read_hook(SourceText("x.ts", text))
    assert read.allowed is not None
    assert list(read.allowed.models) == ODD
    assert not read.request_reads


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the hook")
def test_the_hook_refuses_what_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "hook.mjs").write_text(hook_source("POST /c", ODD, "js", "/srv/x"), encoding="utf-8")
    bodies = [{"model": model} for model in ODD]
    refused = [{"model": "o1"}, {"model": ["gpt-4o"]}, {"model": None}, {}, None, "gpt-4o", {"model": "__proto__"}]
    (tmp_path / "run.mjs").write_text(
        'import hook from "./hook.mjs";\n'
        f"const answers = [];\nfor (const body of [...{json.dumps([*bodies, *refused])}, undefined])\n"
        "  answers.push((await hook({ req: { body } }))?.reject === true);\nconsole.log(JSON.stringify(answers));\n",
        encoding="utf-8",
    )
    done = subprocess.run(["node", "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False] * len(bodies) + [True] * (len(refused) + 1)


def test_a_route_with_the_written_hook_is_clean(pricecheck: Run, folder: Path) -> None:
    (folder / "pricecheck.toml").write_text('[routes."POST /c"]\nhigh-risk = true\n', encoding="utf-8")
    before = pricecheck("check", "--select", "PC307", "--output-format", "concise", cwd=folder).stdout
    assert "runs no `onRequest` hook" in before
    done = pricecheck("allowlist", "tollbooth.yaml", "post /c", "--output", "allow.ts", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert str(folder / "allow.ts") in done.stderr
    hook = f'    hooks: {{onRequest: "{folder}/allow.ts"}}\n'
    config = CONFIG.replace('    fallback: "$0.08"\n', f'    fallback: "$0.08"\n{hook}')
    (folder / "tollbooth.yaml").write_text(config, encoding="utf-8")
    assert pricecheck("check", "--select", "PC307", cwd=folder).stdout == "All clear: 1 file checked.\n"


def test_what_the_policy_does_not_want_is_left_out(pricecheck: Run, folder: Path) -> None:
    (folder / "pricecheck.toml").write_text('[models]\ndeny = ["ft:*"]\n', encoding="utf-8")
    done = pricecheck("allowlist", "tollbooth.yaml", "POST /c", "--language", "js", cwd=folder)
    assert '  "gpt-4o",\n]);' in done.stdout
    assert 'left out, by the policy: ft:gpt-4o:acme::a"b' in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["POST /x"], "tollbooth.yaml has no route 'POST /x'; did you mean"),
        (["POST /m"], "prices groups of models"),
        (["GET /q"], "prices no model by name"),
        (["POST /c", "--language", "py"], "--language 'py': choose from ts, js"),
        (["POST /c", "--output", "tollbooth.yaml"], "tollbooth.yaml: is there already"),
    ],
)
def test_what_cannot_be_written_is_exit_2(pricecheck: Run, folder: Path, arguments: list[str], said: str) -> None:
    done = pricecheck("allowlist", "tollbooth.yaml", *arguments, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


LIST = 'const s = new Set(["x"]);\n'
BEGIN = "export default async (ctx) => { const { model } = ctx.req.body ?? {};"
REFUSE = "return { reject: true, status: 400 };"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (f'const a = new Set(["x"] as const);\n{BEGIN} if (!(a.has(model))) {REFUSE} }}', ("x",)),
        (f'{BEGIN} if (!["x", `y`].includes(model)) {REFUSE} }}', ("x", "y")),
        (f'const l = ["x"]; const s = new Set(l);\n{BEGIN} if (!model || !s.has(model)) {REFUSE} }}', ("x",)),
        (f'{LIST}{BEGIN} return !s.has(ctx.req.body["model"]) ? {{ reject: true }} : undefined; }}', ("x",)),
        (f"{LIST}{BEGIN} if (!s.has(model)) throw new Error([...s].join()); }}", ("x",)),
        (f'{LIST}{BEGIN} if (!["GET"].includes(ctx.req.method)) return; if (!s.has(model)) {REFUSE} }}', ("x",)),
        (f"{LIST}{BEGIN} if (s.has(model)) {REFUSE} }}", None),
        (f'const s = new Set(["x", y]);\n{BEGIN} if (!s.has(model)) {REFUSE} }}', None),
        ('// const s = new Set(["x"]); if (!s.has(model))\nexport default () => {};', None),
        (f'{LIST}{BEGIN} if (!s.has(model) || !["y"].includes(model)) {REFUSE} }}', None),
        # A denylist, and lists that let pass, be passed by, or are of something else.
        (f"{LIST}{BEGIN} if (!s.has(model)) return; {REFUSE} }}", None),
        (f'{BEGIN} if (!["POST"].includes(ctx.req.method)) {REFUSE} }}', None),
        (f"{LIST}{BEGIN} if (!s.has(model) && !more.has(model)) {REFUSE} }}", None),
        (f'{LIST}{BEGIN} if (!s.has(model) && ctx.req.headers["x-beta"]) {REFUSE} }}', None),
        (f'{LIST}{BEGIN} if (model.startsWith("ft:")) return; if (!s.has(model)) {REFUSE} }}', None),
        (f"{LIST}{BEGIN} if (/^ft:/.test(model)) return; if (!s.has(model)) {REFUSE} }}", None),
        (f"{LIST}{BEGIN} if (!s.has(model.toLowerCase())) {REFUSE} }}", None),
        # Lists that are not what they were declared as.
        (f'{LIST}s.add("y");\n{BEGIN} if (!s.has(model)) {REFUSE} }}', None),
        (f"{LIST}extend(s);\n{BEGIN} if (!s.has(model)) {REFUSE} }}", None),
        (f'let s = ["x"]; s = ["y"];\n{BEGIN} if (!s.includes(model)) {REFUSE} }}', None),
        ("{{{{", None),
        ("", None),
    ],
)
def test_only_a_plain_list_that_refuses_counts(text: str, allowed: tuple[str, ...] | None) -> None:
    read = read_hook(SourceText("x.ts", text)).allowed
    assert (read and read.models) == allowed


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("export default async (ctx) => ctx.request.body;", 1),
        ("export default async (c) => { const { request } = c; };", 1),
        ("export default async ({ request: r }) => r;", 1),
        ("async function hook(ctx) { return ctx.request; }\nexport default hook;", 1),
        ("const hook = (ctx) => ctx.request;\nexport { hook as default };", 0),
        ("export default async (ctx) => ctx.req.request;", 0),
        ("export default async (ctx) => other.request;", 0),
        ("export default async (ctx) => ctx.req; // ctx.request", 0),
    ],
)
def test_what_the_default_export_reads(text: str, reads: int) -> None:
    assert len(read_hook(SourceText("x.ts", text)).request_reads) == reads
