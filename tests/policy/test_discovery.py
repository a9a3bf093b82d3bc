import os
import subprocess
import sys
from pathlib import Path

import pytest

from pricecheck.policy.discovery import PolicyFinder
from pricecheck.policy.errors import PolicyError
from pricecheck.policy.model import Policy
from tests.policy.words import VOCABULARY

OURS = '[tool.pricecheck]\ngateway-version = "1.0.1"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "prod" / "eu").mkdir(parents=True)
    return tmp_path


def found(folder: Path) -> str | None:
    return PolicyFinder(VOCABULARY).find(str(folder))


def policy_for(finder: PolicyFinder, folder: str) -> Policy:
    path = finder.find(folder)
    return Policy() if path is None else finder.policy_at(path)


def test_the_nearest_policy_above_rules(tree: Path) -> None:
    (tree / "pricecheck.toml").touch()
    (tree / "shop" / "prod" / ".pricecheck.toml").touch()
    assert found(tree / "shop" / "prod" / "eu") == str(tree / "shop" / "prod" / ".pricecheck.toml")
    assert found(tree / "shop") == str(tree / "pricecheck.toml")


def test_in_one_folder_the_plain_name_comes_first(tree: Path) -> None:
    (tree / "pyproject.toml").write_text(OURS, encoding="utf-8")
    assert found(tree) == str(tree / "pyproject.toml")
    (tree / ".pricecheck.toml").touch()
    assert found(tree) == str(tree / ".pricecheck.toml")
    (tree / "pricecheck.toml").touch()
    assert found(tree) == str(tree / "pricecheck.toml")


@pytest.mark.parametrize(
    "text", ['[project]\nname = "x"\n', '[project]\ndependencies = ["pricecheck"]\n', "[tool.ruff]\n"]
)
def test_a_pyproject_without_our_table_is_passed_over(tree: Path, text: str) -> None:
    (tree / "pricecheck.toml").touch()
    (tree / "shop" / "pyproject.toml").write_text(text, encoding="utf-8")
    assert found(tree / "shop") == str(tree / "pricecheck.toml")


def test_a_folder_of_that_name_is_no_policy(tree: Path) -> None:
    (tree / "shop" / "pricecheck.toml").mkdir()
    (tree / "pricecheck.toml").touch()
    assert found(tree / "shop") == str(tree / "pricecheck.toml")


def test_without_a_policy_the_defaults_hold(tree: Path) -> None:
    finder = PolicyFinder(VOCABULARY, read=lambda _: None)
    assert finder.find(str(tree)) is None
    assert policy_for(finder, str(tree)) == Policy()


def test_every_file_is_read_once(tree: Path) -> None:
    (tree / "pricecheck.toml").write_text('gateway-version = "1.0.1"', encoding="utf-8")
    asked: list[str] = []

    def read(path: str) -> str | None:
        asked.append(path)
        return Path(path).read_text(encoding="utf-8") if Path(path).is_file() else None

    finder = PolicyFinder(VOCABULARY, read=read)
    for folder in ("shop/prod/eu", "shop/prod", "shop", ".", "shop/prod/eu"):
        assert policy_for(finder, str(tree / folder)).gateway_version == "1.0.1"
    assert len(asked) == len(set(asked))


def test_messages_name_the_file_from_where_the_person_is(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "shop" / "pricecheck.toml").write_text("x = 1", encoding="utf-8")
    monkeypatch.chdir(tree)
    with pytest.raises(PolicyError, match=rf"^shop\{os.sep}pricecheck\.toml:1:1: unknown key 'x'"):
        policy_for(PolicyFinder(VOCABULARY), "shop/prod")


def test_the_tree_of_a_ref_is_read_through_the_caller(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    texts = {str(tree / "pricecheck.toml"): "x = 1"}
    with pytest.raises(PolicyError, match=r"^main:pricecheck\.toml:1:1: "):
        policy_for(PolicyFinder(VOCABULARY, read=texts.get, label_prefix="main:"), "shop")


def test_a_named_policy_must_exist(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    with pytest.raises(PolicyError, match=r"^my\.toml: no such file$"):
        PolicyFinder(VOCABULARY).policy_at("my.toml")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("pricecheck.toml", b"\xff\xfe", "not UTF-8: byte 0xff at offset 0"),
        ("pyproject.toml", b"# pricecheck\n[tool", ":2:6: not TOML: "),
    ],
)
def test_a_candidate_that_cannot_be_read_is_an_error_and_not_passed_over(
    tree: Path, name: str, content: bytes, message: str
) -> None:
    (tree / name).write_bytes(content)
    with pytest.raises(PolicyError, match=message):
        found(tree / "shop")


def test_without_a_policy_file_no_toml_parser_is_loaded(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    code = (
        "import sys\n"
        "from pricecheck.policy.discovery import PolicyFinder\n"
        "from pricecheck.policy.vocabulary import Vocabulary\n"
        "path = PolicyFinder(Vocabulary({}, frozenset(), ())).find('.')\n"
        "heavy = {'tomllib', 'decimal', 'fractions', 'tree_sitter', 'pathlib'}\n"
        "print(path, sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout == "None []\n"
