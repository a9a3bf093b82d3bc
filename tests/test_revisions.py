"""Files at a revision, in the repositories people really have."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pricecheck.errors import InputError
from pricecheck.revisions import INDEX, NOTHING, find_repository
from tests.repositories import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_git_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """One commit with `conf/tollbooth.yaml` (one), then `two` in the work tree."""
    folder = tmp_path / "a repo ü"
    (folder / "conf").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "conf" / "tollbooth.yaml").write_text("one", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    (folder / "conf" / "tollbooth.yaml").write_text("two", encoding="utf-8")
    return folder


def test_a_file_as_it_was_as_staged_and_absent(repo: Path) -> None:
    found = find_repository(str(repo / "conf"))
    path = str(repo / "conf" / "tollbooth.yaml")
    assert found.root == os.path.realpath(repo)
    assert found.read("HEAD", path) == b"one"
    assert found.read(INDEX, path) == b"one"
    git(repo, "add", ".")
    assert (found.read("HEAD", path), found.read(INDEX, path)) == (b"one", b"two")
    assert found.read("HEAD", str(repo / "conf" / "other.yaml")) is None
    assert found.read("HEAD", str(repo / "conf")) is None
    assert found.names("HEAD") == ["conf/tollbooth.yaml"]


@pytest.mark.parametrize("name", ["with space.yaml", "préis 价格.yaml", "-dash.yaml", ":(glob)*.yaml", "q'uo\"te.yaml"])
def test_any_name_is_read_as_it_is(repo: Path, name: str) -> None:
    (repo / name).write_text("odd", encoding="utf-8")
    git(repo, "--literal-pathspecs", "add", "--", name)
    git(repo, "commit", "-qm", "odd")
    found = find_repository(str(repo))
    assert found.read("HEAD", str(repo / name)) == b"odd"
    assert found.read(INDEX, str(repo / name)) == b"odd"
    assert name in found.names("HEAD")
    assert name in found.names(INDEX)


def test_a_link_is_followed_inside_the_repository_only(repo: Path) -> None:
    (repo / "link.yaml").symlink_to("conf/tollbooth.yaml")
    (repo / "out.yaml").symlink_to("/etc/hostname")
    (repo / "loop.yaml").symlink_to("loop.yaml")
    git(repo, "add", ".")
    found = find_repository(str(repo))
    assert found.read(INDEX, str(repo / "link.yaml")) == b"two"
    assert found.read(INDEX, str(repo / "out.yaml")) is None
    assert found.read(INDEX, str(repo / "loop.yaml")) is None


def test_before_the_first_commit_head_is_nothing_and_other_refs_are_missing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "tollbooth.yaml").write_text("new", encoding="utf-8")
    git(tmp_path, "add", ".")
    found = find_repository(str(tmp_path))
    assert found.resolve("HEAD") == NOTHING
    assert found.names("HEAD") == []
    assert found.read("HEAD", str(tmp_path / "tollbooth.yaml")) is None
    assert found.read(INDEX, str(tmp_path / "tollbooth.yaml")) == b"new"
    with pytest.raises(InputError, match="git knows no commit 'main' here; this repository has no remote"):
        found.resolve("main")


def test_outside_of_a_repository(tmp_path: Path, repo: Path) -> None:
    with pytest.raises(InputError, match="not inside a git repository"):
        find_repository(str(tmp_path / "no" / "such" / "file.yaml"))
    with pytest.raises(InputError, match="outside the git repository"):
        find_repository(str(repo)).read("HEAD", str(tmp_path / "x.yaml"))


def test_a_ref_is_never_taken_for_an_option(repo: Path) -> None:
    with pytest.raises(InputError, match="no commit '--all'"):
        find_repository(str(repo)).resolve("--all")


def test_a_worktree_has_its_own_index_and_head(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", str(other), "-b", "side")
    (other / "conf" / "tollbooth.yaml").write_text("side", encoding="utf-8")
    git(other, "commit", "-qam", "side")
    found = find_repository(str(other))
    path = str(other / "conf" / "tollbooth.yaml")
    assert (found.read("HEAD", path), found.read("main", path), found.read(INDEX, path)) == (b"side", b"one", b"side")


def test_a_submodule_is_a_repository_of_its_own(repo: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "add", "-q", str(repo), "sub")
    git(outer, "commit", "-qm", "sub")
    path = str(outer / "sub" / "conf" / "tollbooth.yaml")
    assert find_repository(path).root == os.path.realpath(outer / "sub")
    assert find_repository(path).read("HEAD", path) == b"one"
    assert find_repository(str(outer)).read("HEAD", str(outer / "sub")) is None


def test_renames_in_the_index_between_refs_and_in_the_work_tree(repo: Path) -> None:
    path = repo / "conf" / "tollbooth.yaml"
    text = "".join(f"line {number}\n" for number in range(30))
    path.write_text(text, encoding="utf-8")
    git(repo, "commit", "-qam", "long")
    new = repo / "conf" / "neü name.yaml"
    git(repo, "mv", str(path), str(new))
    new.write_text(text + "more\n", encoding="utf-8")
    git(repo, "add", ".")
    found = find_repository(str(repo))
    assert found.renamed_from("HEAD", str(new), INDEX) == "conf/tollbooth.yaml"
    assert found.renamed_from("HEAD", str(new)) == "conf/tollbooth.yaml"
    git(repo, "commit", "-qm", "moved")
    assert found.renamed_from("HEAD~1", str(new), "HEAD") == "conf/tollbooth.yaml"
    assert found.renamed_from("HEAD", str(new)) is None


def _clone(repo: Path, tmp_path: Path, *options: str) -> Path:
    for text in ("two", "three"):
        (repo / "conf" / "tollbooth.yaml").write_text(text, encoding="utf-8")
        git(repo, "commit", "-qam", text)
    git(repo, "tag", "v1.0", "HEAD~2")
    git(repo, "branch", "release", "HEAD~1")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", *options, repo.as_uri(), str(clone))
    return clone


@pytest.mark.parametrize(
    ("ref", "command"),
    [
        ("origin/release", "git fetch --depth=1 origin +refs/heads/release:refs/remotes/origin/release"),
        ("release", "git fetch --depth=1 origin +refs/heads/release:refs/heads/release"),
        ("v1.0", "git fetch --depth=1 origin tag v1.0"),
        ("HEAD~1", "git fetch --deepen=50 origin"),
    ],
)
def test_in_a_shallow_clone_the_advice_brings_the_ref(repo: Path, tmp_path: Path, ref: str, command: str) -> None:
    clone = _clone(repo, tmp_path, "--depth=1")
    found = find_repository(str(clone))
    with pytest.raises(InputError) as raised:
        found.resolve(ref)
    assert str(raised.value).endswith(f": {command}")
    git(clone, *command.split()[1:])
    assert len(found.resolve(ref)) == 40


def test_a_commit_that_is_not_here(repo: Path, tmp_path: Path) -> None:
    commit = git(repo, "rev-parse", "HEAD")
    clone = _clone(repo, tmp_path, "--depth=1")
    with pytest.raises(InputError, match=f"git fetch --depth=1 origin {commit}$"):
        find_repository(str(clone)).resolve(commit)
    with pytest.raises(InputError, match=r"git fetch --unshallow origin$"):
        find_repository(str(clone)).resolve(commit[:10])


def test_a_complete_clone_is_never_told_to_cut_its_history_off(repo: Path, tmp_path: Path) -> None:
    clone = _clone(repo, tmp_path)
    with pytest.raises(InputError, match=r"git fetch origin \+refs/heads/x:refs/remotes/origin/x$"):
        find_repository(str(clone)).resolve("origin/x")


def test_merge_base_and_its_absence(repo: Path, tmp_path: Path) -> None:
    base = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-qb", "side")
    git(repo, "commit", "-qam", "side")
    git(repo, "checkout", "-q", "main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "on")
    assert find_repository(str(repo)).merge_base("main", "side") == base
    git(repo, "checkout", "-q", "--orphan", "lonely")
    git(repo, "commit", "-qm", "lonely")
    with pytest.raises(InputError, match=r"'main' and 'lonely' have no common ancestor here$"):
        find_repository(str(repo)).merge_base("main", "lonely")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", repo.as_uri(), str(clone))
    with pytest.raises(InputError, match=r"git fetch --unshallow$"):
        find_repository(str(clone)).merge_base("origin/main", "origin/side")


HOOK = """#!/bin/sh
exec "{python}" -c '
import os, sys
from pricecheck.revisions import INDEX, find_repository
for path in ("conf/tollbooth.yaml", "sub/conf/tollbooth.yaml"):
    if os.path.exists(path):
        found = find_repository(path)
        print(found.read("HEAD", path), found.read(INDEX, path), "GIT_INDEX_FILE" in os.environ)
' > hook.log
"""


@pytest.mark.skipif(os.name == "nt", reason="hooks are POSIX shell scripts here")
@pytest.mark.parametrize("place", ["main", "worktree"])
def test_in_a_hook_the_index_is_that_of_the_commit_in_the_making(repo: Path, tmp_path: Path, place: str) -> None:
    git(repo, "config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    hook = tmp_path / "hooks" / "pre-commit"
    folder = repo
    if place == "worktree":
        folder = tmp_path / "tree"
        git(repo, "worktree", "add", "-q", str(folder), "-b", "side")
    hook.write_text(HOOK.format(python=sys.executable), encoding="utf-8")
    hook.chmod(0o755)
    (folder / "conf" / "tollbooth.yaml").write_text("three", encoding="utf-8")
    git(folder, "commit", "-qm", "by name", "conf/tollbooth.yaml")  # not staged: git builds an index of its own
    assert (folder / "hook.log").read_text(encoding="utf-8") == "b'one' b'three' True\n"


def test_a_hooks_index_is_not_used_for_a_submodule(repo: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "add", "-q", str(repo), "sub")
    (outer / ".git" / "hooks").mkdir(exist_ok=True)
    hook = outer / ".git" / "hooks" / "pre-commit"
    hook.write_text(HOOK.format(python=sys.executable), encoding="utf-8")
    hook.chmod(0o755)
    git(outer, "commit", "-qm", "sub")
    assert (outer / "hook.log").read_text(encoding="utf-8") == "b'one' b'one' True\n"


def test_git_is_not_installed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    with pytest.raises(InputError, match="git is not installed"):
        find_repository(str(repo))
