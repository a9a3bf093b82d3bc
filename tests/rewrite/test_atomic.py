"""Files are whole at every moment, whatever happens to the writer."""

import errno
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pricecheck.errors import InputError
from pricecheck.rewrite.atomic import Change, remove_stale, write_all
from tests.conftest import Run
from tools.kill_writer import kill_repeatedly

FIXTURES = Path(__file__).parents[2] / "fixtures"
NEEDS_FIX = (FIXTURES / "rules" / "PC601" / "bad.yaml").read_bytes()


def leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(".pricecheck-tmp")]


def test_text_is_replaced_and_mode_owner_and_link_target_stay(tmp_path: Path) -> None:
    real = tmp_path / "real" / "tollbooth.yaml"
    real.parent.mkdir()
    real.write_bytes(b"old")
    real.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(real, 12345, 23456)
    before = real.stat()
    link = tmp_path / "tollbooth.yaml"
    link.symlink_to("real/tollbooth.yaml")
    write_all([Change(str(link), b"old", b"new")])
    after = real.stat()
    assert real.read_bytes() == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.readlink(link) == "real/tollbooth.yaml"
    assert os.listdir(real.parent) == ["tollbooth.yaml"]


def test_a_file_that_changed_since_it_was_read_stays_and_so_do_the_others(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_bytes(b"old")
    second.write_bytes(b"edited meanwhile")
    with pytest.raises(InputError, match=r"b\.yaml: has changed since it was read"):
        write_all([Change(str(first), b"old", b"new"), Change(str(second), b"old", b"new")])
    assert (first.read_bytes(), second.read_bytes()) == (b"old", b"edited meanwhile")
    assert leftovers(tmp_path) == []


def test_where_a_later_file_cannot_be_replaced_the_earlier_ones_get_their_text_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml")]
    for path in paths:
        path.write_bytes(b"old")
        path.chmod(0o640)
    replace = os.replace

    def refuse_the_last(source: str, target: str) -> None:
        if target == str(paths[-1]):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_the_last)
    with pytest.raises(InputError, match=r"c\.yaml: can't be written: Read-only file system\Z"):
        write_all([Change(str(path), b"old", b"new") for path in paths])
    assert [path.read_bytes() for path in paths] == [b"old"] * 3
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o640}
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml", "c.yaml"]


def test_one_file_by_two_names_is_written_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"old")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    write_all([Change(str(tmp_path / name), b"old", b"new") for name in ("a.yaml", "b.yaml")])
    assert (tmp_path / "a.yaml").read_bytes() == b"new"
    assert (tmp_path / "b.yaml").is_symlink()


def test_what_a_killed_run_left_is_removed_and_what_a_live_one_writes_is_not(tmp_path: Path) -> None:
    import fcntl

    config, stale = tmp_path / "a.yaml", tmp_path / ".a.yaml.x1.pricecheck-tmp"
    live, other = tmp_path / ".a.yaml.x2.pricecheck-tmp", tmp_path / ".b.yaml.x3.pricecheck-tmp"
    for path in (config, stale, live, other):
        path.write_bytes(b"x")
    with live.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        remove_stale(str(config))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([config.name, live.name, other.name])


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a user without rights can reach, as pytest's own can't be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def fix_as_somebody(folder: Path, path: Path) -> "subprocess.CompletedProcess[str]":
    """Run `check --fix` without root's power to write everywhere (in a child that gives it up).

    The child mends a file of its own first, so that all it needs is imported: nobody may read the environment of root.
    """
    with tempfile.TemporaryDirectory() as scratch:
        warm = Path(scratch) / "tollbooth.yaml"
        warm.write_bytes(NEEDS_FIX)
        code = (
            "import os, sys\n"
            "from pricecheck.__main__ import exit_code\n"
            f"exit_code(['check', '--fix', {str(warm)!r}])\n"
            "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
            f"sys.exit(exit_code(['check', '--fix', {str(path)!r}]))\n"
        )
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)


def test_a_read_only_folder_is_exit_2_and_the_file_stays(open_folder: Path) -> None:
    config = open_folder / "tollbooth.yaml"
    config.write_bytes(NEEDS_FIX)
    config.chmod(0o666)
    open_folder.chmod(0o555)
    done = fix_as_somebody(open_folder, config)
    assert (done.returncode, config.read_bytes()) == (2, NEEDS_FIX)
    assert "can't be written: Permission denied" in done.stderr
    assert os.listdir(open_folder) == ["tollbooth.yaml"]


def test_a_read_only_file_is_exit_2_and_stays(open_folder: Path) -> None:
    config = open_folder / "tollbooth.yaml"
    config.write_bytes(NEEDS_FIX)
    config.chmod(0o444)
    open_folder.chmod(0o777)
    done = fix_as_somebody(open_folder, config)
    assert (done.returncode, config.read_bytes()) == (2, NEEDS_FIX)
    assert "it is read-only" in done.stderr


def test_a_full_disk_is_exit_2_and_the_files_stay(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: the write fails half-way with the same kind of error."""
    big = NEEDS_FIX + b"#" * 5000 + b"\n"
    (tmp_path / "a.yaml").write_bytes(NEEDS_FIX)
    (tmp_path / "b.yaml").write_bytes(big)
    done = subprocess.run(
        [sys.executable, "-m", "pricecheck", "check", "--fix", "a.yaml", "b.yaml"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
    )
    assert done.returncode == 2
    assert "b.yaml: can't be written: File too large" in done.stderr
    assert ((tmp_path / "a.yaml").read_bytes(), (tmp_path / "b.yaml").read_bytes()) == (NEEDS_FIX, big)
    assert leftovers(tmp_path) == []


def in_a_small_file_system(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell script with a file system of 64 KB mounted over `folder`, where nobody else sees it."""
    mounted = (
        f"mount -t tmpfs -o size=64k tmpfs {shlex.quote(str(folder))} && cd {shlex.quote(str(folder))} && {script}"
    )
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    return subprocess.run([*unshare, "sh", "-c", mounted], capture_output=True, text=True, check=False)


def test_a_disk_that_is_really_full_is_exit_2_and_the_files_stay(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or in_a_small_file_system(tmp_path, "true").returncode:
        pytest.skip("this machine lets nobody mount a file system")
    (tmp_path.parent / "bad.yaml").write_bytes(NEEDS_FIX)
    bad, python = shlex.quote(str(tmp_path.parent / "bad.yaml")), shlex.quote(sys.executable)
    done = in_a_small_file_system(
        tmp_path,
        f"cp {bad} tollbooth.yaml && (cat /dev/zero > filler 2>/dev/null || true) && "
        f"{{ {python} -m pricecheck check --fix tollbooth.yaml; echo exit $?; }} && "
        f"cmp {bad} tollbooth.yaml && ls -A",
    )
    assert "exit 2" in done.stdout, done.stderr
    assert "tollbooth.yaml: can't be written: No space left on device" in done.stderr
    assert done.stdout.split()[-2:] == ["filler", "tollbooth.yaml"]


def test_a_pipe_is_not_rewritten(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "tollbooth.yaml").write_bytes(NEEDS_FIX)
    done = pricecheck("check", "--fix", "/dev/fd/0", stdin=NEEDS_FIX)
    assert done.returncode == 2
    assert "/dev/fd/0" in done.stderr


def test_a_killed_writer_leaves_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    outcome = kill_repeatedly(tmp_path, kills=60)
    assert outcome.kills == 60
    assert outcome.old + outcome.new == 60
    assert outcome.old > 0
    assert leftovers(tmp_path) == []
