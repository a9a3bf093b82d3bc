"""`pricecheck diff` as a reviewer runs it."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pricecheck.schema_files import schema_text
from tests.repositories import git
from tools.diff_fixtures import FIXTURES, said

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

OLD = (FIXTURES / "dropped-model" / "old.yaml").read_text(encoding="utf-8")
NEW = (FIXTURES / "dropped-model" / "new.yaml").read_text(encoding="utf-8")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """`main` has the old config, the work tree the new one."""
    folder = tmp_path / "a repo ü"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "tollbooth.yaml").write_text(OLD, encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "old")
    (folder / "tollbooth.yaml").write_text(NEW, encoding="utf-8")
    return folder


def record(pricecheck: Run, *arguments: str, cwd: Path) -> dict[str, Any]:
    done = pricecheck("diff", *arguments, "--output-format", "json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(schema_text("diff"))).validate(found)
    return found


def labels(found: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [(file["old"], file["new"]) for file in found["files"]]


@pytest.mark.parametrize("case", sorted(FIXTURES.iterdir()), ids=lambda case: case.name)
def test_a_case_is_told_as_expected(case: Path) -> None:
    text = said(case)
    assert text == (case / "expected.txt").read_text(encoding="utf-8")
    assert max(map(len, text.split("\n"))) <= 80


def test_two_files(pricecheck: Run, tmp_path: Path) -> None:
    case = FIXTURES / "dropped-model"
    found = record(pricecheck, str(case / "old.yaml"), str(case / "new.yaml"), cwd=tmp_path)
    assert [(change["selector"], change["kind"], change["verdict"]) for change in found["changes"]] == [
        ("model:gpt-4o", "lowered", "over"),
        ("model:ft:gpt-4o:acme:support", "raised", "over"),
        ("model:gpt-4o-mini", "raised", "within"),
    ]
    first = found["changes"][0]
    assert (first["before"]["amount"], first["after"]["amount"], first["ratio"]) == ("50000", "10000", "-0.8000")
    assert (first["after"]["source"], first["after"]["start"], first["silent"]) == ("default-table", None, True)
    assert found["summary"]["over"] == 2


def test_work_tree_index_and_two_refs(pricecheck: Run, repo: Path) -> None:
    assert record(pricecheck, "--against", "HEAD", "--staged", cwd=repo)["changes"] == []
    work = record(pricecheck, "--against", "main", cwd=repo)
    assert labels(work) == [("main:tollbooth.yaml", "tollbooth.yaml")]
    git(repo, "add", ".")
    staged = record(pricecheck, "--against", "HEAD", "--staged", cwd=repo)
    git(repo, "commit", "-qm", "new")
    refs = record(pricecheck, "--against", "HEAD~1", "--to", "HEAD", cwd=repo)
    named = record(pricecheck, "HEAD~1:tollbooth.yaml", "HEAD:tollbooth.yaml", cwd=repo)
    assert record(pricecheck, "--against", "HEAD", cwd=repo)["changes"] == []
    for found in (staged, refs, named):
        assert [change["ratio"] for change in found["changes"]] == [change["ratio"] for change in work["changes"]]
        assert len(found["changes"]) == 3


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (
            "HEAD~0 HEAD",
            "HEAD~0: no such file, but a git revision: type `pricecheck diff --against 'HEAD~0' --to HEAD`",
        ),
        ("main tollbooth.yaml", "type `pricecheck diff --against main tollbooth.yaml`, or main:PATH for a file as"),
        (
            "tollbooth.yaml main",
            "main: no such file, but a git revision: type `pricecheck diff tollbooth.yaml main:tol",
        ),
        ("main", "type `pricecheck diff --against main`\n"),
        ("--against HEAD main", "main: is neither in HEAD nor in what it is compared with; it is a git revision: give"),
        ("mian tollbooth.yaml", "mian: no such file\n"),
        ("a\udc80b tollbooth.yaml", "no such file"),
    ],
)
def test_a_revision_where_a_file_is_expected_brings_the_command(
    pricecheck: Run, repo: Path, words: str, typed: str
) -> None:
    done = pricecheck("diff", *words.split(" "), cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert typed in done.stderr
    assert done.stderr.count("\n") == 1
    for command in re.findall("type `pricecheck ([^`]*)`", done.stderr):
        assert pricecheck(*shlex.split(command), cwd=repo).returncode == 0


def test_an_example_can_be_pasted_behind_quote(pricecheck: Run, tmp_path: Path) -> None:
    head = OLD[: OLD.index("routes:")]
    rules = """\
routes:
  "POST /c":
    upstream: openai
    match:
      - {where: {headers.x-tier: "it's pro"}, price: "$0.10"}
      - {where: {query.v: "a b&c", body.model: m}, price: "$0.20"}
      - {where: {body.n: 2, headers.content-type: "application/json*"}, price: "$0.30"}
    price: "$0.40"
"""
    new = rules.replace("0.10", "0.11").replace("0.20", "0.21").replace("0.30", "0.31").replace("0.40", "0.41")
    for name, text in (("old.yaml", rules), ("new.yaml", new)):
        (tmp_path / name).write_text(head + text, encoding="utf-8")
    text = pricecheck("diff", "old.yaml", "new.yaml", cwd=tmp_path, env={"COLUMNS": "300"}).stdout
    examples = re.findall("e.g. (.*)", text)
    charged = [pricecheck("quote", "new.yaml", *shlex.split(one), cwd=tmp_path).stdout for one in examples]
    for answer, dollars in zip(charged, ("$0.11", "$0.21", "$0.31", "$0.41"), strict=True):
        assert dollars in answer


def test_the_merge_base_leaves_out_what_main_did_since(pricecheck: Run, repo: Path) -> None:
    git(repo, "stash", "-q")
    git(repo, "checkout", "-qb", "side")
    git(repo, "checkout", "-q", "main")
    (repo / "tollbooth.yaml").write_text(NEW, encoding="utf-8")
    git(repo, "commit", "-qam", "main went on")
    git(repo, "checkout", "-q", "side")
    assert len(record(pricecheck, "--against", "main", cwd=repo)["changes"]) == 3
    assert record(pricecheck, "--against", "main", "--merge-base", cwd=repo)["changes"] == []


def test_added_removed_and_several_configs(pricecheck: Run, repo: Path) -> None:
    (repo / "eu").mkdir()
    (repo / "eu" / "tollbooth.yaml").write_text(OLD, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "two")
    (repo / "us").mkdir()
    git(repo, "mv", "-k", "eu/tollbooth.yaml", "eu/gone.txt")
    (repo / "us" / "tollbooth.yml").write_text(NEW.replace("0x4F", "0x5F"), encoding="utf-8")
    found = record(pricecheck, "--against", "HEAD", cwd=repo)
    assert labels(found) == [
        ("HEAD:tollbooth.yaml", "tollbooth.yaml"),
        (None, "us/tollbooth.yml"),
        ("HEAD:eu/tollbooth.yaml", None),
    ]
    kinds = {change["file"]: change["kind"] for change in found["changes"]}
    assert kinds["us/tollbooth.yml"] == "added"
    assert "first deploy" in found["files"][1]["note"]
    assert {change["verdict"] for change in found["changes"] if change["kind"] in {"added", "removed"}} == {"unbounded"}


def test_another_name_for_the_config_takes_over_from_the_old_one(pricecheck: Run, repo: Path) -> None:
    (repo / "tollbooth.yaml").unlink()
    (repo / "tollbooth.config.yaml").write_text(NEW, encoding="utf-8")  # git was not told of it
    found = record(pricecheck, "--against", "HEAD", cwd=repo)
    assert labels(found) == [("HEAD:tollbooth.yaml", "tollbooth.config.yaml")]
    assert len(found["changes"]) == 3


def test_a_renamed_config_of_any_name_is_found_by_git(pricecheck: Run, repo: Path) -> None:
    git(repo, "mv", "tollbooth.yaml", "prod gateway.yaml")
    git(repo, "add", ".")
    found = record(pricecheck, "--against", "HEAD", "prod gateway.yaml", cwd=repo)
    assert labels(found) == [("HEAD:tollbooth.yaml", "prod gateway.yaml")]


def test_a_missing_ref_is_exit_2_with_the_command_that_fetches_it(pricecheck: Run, repo: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", repo.as_uri(), str(clone))
    done = pricecheck("diff", "--against", "origin/release", cwd=clone)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("git fetch --depth=1 origin +refs/heads/release:refs/remotes/origin/release\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say OLD and NEW, or --against REF"),
        (["tollbooth.yaml"], "say OLD and NEW"),
        (["tollbooth.yaml", "missing.yaml"], "missing.yaml: no such file"),
        (["HEAD:missing.yaml", "tollbooth.yaml"], "missing.yaml is not in HEAD"),
        (["--against", "HEAD", "missing.yaml"], "missing.yaml: is neither in HEAD nor"),
        (["--against", "HEAD", "--staged", "--to", "HEAD"], "give one"),
        (["a", "b", "--staged"], "go with --against"),
        (["--against", "HEAD", "--output-format", "sarif"], "choose from text, json"),
    ],
)
def test_what_cant_be_done_is_exit_2_and_one_line(
    pricecheck: Run, repo: Path, arguments: list[str], words: str
) -> None:
    done = pricecheck("diff", *arguments, cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_exit_codes(pricecheck: Run, repo: Path) -> None:
    assert pricecheck("diff", "--against", "HEAD", cwd=repo).returncode == 0
    assert pricecheck("diff", "--against", "HEAD", "--exit-code", cwd=repo).returncode == 1
    git(repo, "commit", "-qam", "new")
    done = pricecheck("diff", "--against", "HEAD", "--exit-code", cwd=repo)
    assert (done.returncode, done.stdout) == (0, "no effective price change\n")


def test_a_broken_old_config_is_no_reason_to_call_nothing_changed(pricecheck: Run, repo: Path) -> None:
    (repo / "tollbooth.yaml").write_text("a: [", encoding="utf-8")
    git(repo, "commit", "-qam", "broken")
    (repo / "tollbooth.yaml").write_text(NEW, encoding="utf-8")
    done = pricecheck("diff", "--against", "HEAD", cwd=repo)
    assert done.returncode == 2
    assert "HEAD:tollbooth.yaml: there is nothing to compare with" in done.stderr


def test_hundreds_of_rows_are_grouped_unless_all_are_asked_for(pricecheck: Run, tmp_path: Path) -> None:
    case = FIXTURES / "reseller-update"
    few = pricecheck("diff", str(case / "old.yaml"), str(case / "new.yaml"), cwd=tmp_path).stdout
    every = pricecheck("diff", str(case / "old.yaml"), str(case / "new.yaml"), "--all", cwd=tmp_path).stdout
    assert few.startswith("121 raised; 1 over bound\n")
    assert len(few.split("\n")) < 60
    assert every.count("model:ft:gpt-4o") == 120


def test_colour_and_arrows_are_for_terminals(pricecheck: Run, repo: Path) -> None:
    plain = pricecheck("diff", "--against", "HEAD", cwd=repo).stdout
    colored = pricecheck("diff", "--against", "HEAD", "--color", "always", cwd=repo).stdout
    assert "\x1b" not in plain
    assert "▲" not in plain
    assert "\x1b[1;31m" in colored
    assert "▼" in colored


def test_an_approval_of_exactly_this_change_is_honoured(pricecheck: Run, repo: Path) -> None:
    (repo / "pricecheck.approvals.toml").write_text(
        '[[approval]]\nrule = "PC402"\nfile = "tollbooth.yaml"\nroute = "POST /v1/chat/completions"\n'
        'selector = "model:gpt-4o"\nold = "50000"\nnew = "10000"\nreason = "agreed"\napprover = "cfo@example.com"\n',
        encoding="utf-8",
    )
    found = record(pricecheck, "--against", "HEAD", cwd=repo)
    assert {change["selector"]: change["verdict"] for change in found["changes"]}["model:gpt-4o"] == "approved"
    assert found["summary"]["over"] == 1


def test_the_order_is_that_of_the_file_whatever_the_hashes_of_a_process(pricecheck: Run, tmp_path: Path) -> None:
    added = ["port: 3000", "metrics: {enabled: true}", "cors: {allowedOrigins: ['*']}", "discovery: false"]
    for name, gateway in (("old", ["hostname: a"]), ("new", ["hostname: b", *added, "trustProxy: true"])):
        text = OLD + "gateway:\n" + "".join(f"  {line}\n" for line in gateway)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    for form in ("text", "markdown", "json", "github"):
        texts = {
            pricecheck("diff", "old.yaml", "new.yaml", "--output-format", form, env={"PYTHONHASHSEED": seed}).stdout
            for seed in "123"
        }
        assert len(texts) == 1
    text = pricecheck("diff", "old.yaml", "new.yaml").stdout
    places = [
        text.index(f"gateway.{name}") for name in ("hostname", "port", "metrics", "cors", "discovery", "trustProxy")
    ]
    assert places == sorted(places)
    assert "gateway.metrics is now {enabled: true} (before: not set)" in text
