"""PC219 and PC229 where the file system has a say."""

from pathlib import Path

import pytest

from pricecheck.engine import Options, check_source
from pricecheck.findings import SourceText, StampedFinding
from pricecheck.rules import modules
from pricecheck.rules.model import Rule, Settings


def check(rule: Rule, path: Path, text: str) -> list[StampedFinding]:
    return check_source(SourceText(str(path), text), Options(rules=(rule,), settings=Settings(partial=True)))


def hook(path: object, name: str = "onRequest") -> str:
    return f'routes:\n  "POST /x":\n    upstream: a\n    price: "$0.01"\n    hooks: {{ {name}: "{path}" }}\n'


def unloadable(folder: Path, text: str) -> list[str]:
    config = folder / "tollbooth.yaml"
    config.write_text(text, encoding="utf-8")
    return [found.finding.message for found in check(modules.unloadable_module, config, text)]


def test_an_absolute_module_is_missed_only_where_its_folder_is_here(tmp_path: Path) -> None:
    (tmp_path / "there.mjs").touch()
    assert unloadable(tmp_path, hook(tmp_path / "there.mjs")) == []
    assert unloadable(tmp_path, hook(tmp_path / "no-such-folder" / "allow.mjs")) == []
    assert unloadable(tmp_path, hook(tmp_path / "allow.mjs")) == [
        f'there is no "{tmp_path}/allow.mjs": every request that runs it fails with 502'
    ]


def test_folders_that_every_machine_has_tell_nothing(tmp_path: Path) -> None:
    assert unloadable(tmp_path, hook("/surely-not-here.mjs")) == []
    assert unloadable(tmp_path, hook("/tmp/surely-not-here.mjs")) == []  # noqa: S108 - only named


def test_a_module_may_be_named_without_its_extension(tmp_path: Path) -> None:
    (tmp_path / "allow.ts").touch()
    assert unloadable(tmp_path, hook(tmp_path / "allow")) == []


def test_file_urls_are_absolute_and_percent_encoded(tmp_path: Path) -> None:
    (tmp_path / "on request.mjs").touch()
    assert unloadable(tmp_path, hook(f"file://{tmp_path}/on%20request.mjs")) == []
    assert len(unloadable(tmp_path, hook(f"file://{tmp_path}/on%20response.mjs"))) == 1


def test_the_help_names_the_file_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "allow.ts").touch()
    config = tmp_path / "tollbooth.yaml"
    (found,) = check(modules.unloadable_module, config, hook("./hooks/allow.ts"))
    assert f'"{tmp_path}/hooks/allow.ts"' in (found.finding.help or "")
    (found,) = check(modules.unloadable_module, config, hook("./hooks/other.ts"))
    assert str(tmp_path) not in (found.finding.help or "")


def test_an_installed_package_is_no_relative_path(tmp_path: Path) -> None:
    assert len(unloadable(tmp_path, hook("acme-hooks/allow.mjs"))) == 1
    (tmp_path / "node_modules" / "acme-hooks").mkdir(parents=True)
    assert unloadable(tmp_path, hook("acme-hooks/allow.mjs")) == []


@pytest.mark.parametrize("name", ["acme-hooks", "@acme/hooks", "@acme/hooks/allow.js", "node:fs", "${HOOK}.ts"])
def test_packages_and_unknown_values_are_left_alone(tmp_path: Path, name: str) -> None:
    assert unloadable(tmp_path, hook(name)) == []


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("onSettled", "after its payment was taken"),
        ("onResponse", "after its payment was taken"),
        ("onError", "ends the gateway's process"),
    ],
)
def test_the_message_names_what_is_lost(tmp_path: Path, name: str, lost: str) -> None:
    (message,) = unloadable(tmp_path, hook("./x.ts", name))
    assert lost in message


def test_a_global_hook_that_every_route_replaces_is_never_loaded(tmp_path: Path) -> None:
    replaced = "hooks: { onRequest: ./never.ts }\n" + hook("acme-hooks")
    assert unloadable(tmp_path, replaced) == []
    assert len(unloadable(tmp_path, replaced + '  "GET /y": { upstream: a, price: "$0.01" }\n')) == 1
    imported = replaced + 'upstreams: { a: { url: "https://a.example", openapi: ./a.yaml } }\n'
    assert len(unloadable(tmp_path, imported)) == 1


SETTLEMENT = 'settlement: { strategy: custom, module: "%s" }\n'


def test_a_settlement_module_is_looked_for_beside_a_config_the_gateway_finds(tmp_path: Path) -> None:
    assert unloadable(tmp_path, SETTLEMENT % "./settle.mjs") == [
        'there is no "./settle.mjs" in the folder of this config: no payment can be settled'
    ]
    assert unloadable(tmp_path, SETTLEMENT % "./dist/settle.mjs") == [], "perhaps built later"
    assert unloadable(tmp_path, SETTLEMENT % "acme-settlement") == []
    (tmp_path / "settle.mjs").touch()
    assert unloadable(tmp_path, SETTLEMENT % "./settle.mjs") == []


def test_beside_any_other_config_the_working_directory_is_not_known(tmp_path: Path) -> None:
    config = tmp_path / "staging.yaml"
    config.write_text(SETTLEMENT % "./settle.mjs", encoding="utf-8")
    assert check(modules.unloadable_module, config, config.read_text(encoding="utf-8")) == []
    assert check(modules.unloadable_module, tmp_path / "tollbooth.yaml", SETTLEMENT % "./settle.mjs") == []


def vetoes(folder: Path, text: str) -> int:
    return len(check(modules.settle_hook_without_effect, folder / "tollbooth.yaml", text))


def test_a_veto_counts_only_after_the_response(tmp_path: Path) -> None:
    (tmp_path / "refund.mjs").write_text('export default () => ({ "settle": false });\n', encoding="utf-8")
    early = hook("./refund.mjs", "onResponse")
    assert vetoes(tmp_path, early) == 1
    assert vetoes(tmp_path, early + "    settlement: before-response\n") == 1
    assert vetoes(tmp_path, early + "    settlement: after-response\n") == 0
    assert vetoes(tmp_path, hook(tmp_path / "refund.mjs", "onResponse")) == 1
    assert vetoes(tmp_path, hook("./refund.mjs", "onRequest")) == 0


@pytest.mark.parametrize(
    "source",
    ["// { settle: false }\n", "/**\n * { settle: false }\n */\n", "const resettle = { resettle: false };\n", ""],
)
def test_a_hook_that_does_not_certainly_veto_is_left_alone(tmp_path: Path, source: str) -> None:
    (tmp_path / "hook.mjs").write_text(source, encoding="utf-8")
    assert vetoes(tmp_path, hook("./hook.mjs", "onResponse")) == 0


def test_a_global_veto_counts_where_any_route_settles_late(tmp_path: Path) -> None:
    (tmp_path / "refund.mjs").write_text("return { settle: false };\n", encoding="utf-8")
    text = 'hooks: { onResponse: ./refund.mjs }\nroutes:\n  "GET /x": { upstream: a, price: "$0.01" }\n'
    assert vetoes(tmp_path, text) == 1
    assert vetoes(tmp_path, text + '  "GET /y": { upstream: a, price: "$0.01", settlement: after-response }\n') == 0
