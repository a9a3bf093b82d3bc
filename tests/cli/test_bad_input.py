"""Nothing a file can be or hold gives a traceback: exit 1 or 2, and a line that helps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

CASES: dict[str, bytes] = {
    "nested": b"[" * 100_000,
    "nested-closed": b"[" * 100_000 + b"]" * 100_000,
    "nested-map": b"{a: " * 50_000,
    "bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n".encode() for n in range(20)),
    "nul": b"wallets: {base: \x00}\n",
    "binary": bytes(range(256)) * 40,
    "utf-16": "wallets: {}\n".encode("utf-16"),
    "lone-surrogate": b"a: \xed\xa0\x80\n",
    "surrogate-escape": b'a: "\\ud800"\n',
    "empty": b"",
    "spaces": b"   \n\n",
    "bom-only": b"\xef\xbb\xbf",
    "scalar": b"hello",
    "list": b"- 1\n- 2\n",
    "null": b"~\n",
    "recursive": b"&a [*a]\n",
    "recursive-map": b"routes: &a\n  x: *a\n",
    "long-line": b"a: " + b"x" * 1_000_000,
    "percent": b"%YAML 9.9\n---\na: 1\n",
    "controls": b"a: \x1b[31mred\x07\n",
    "huge-number": b"gateway: {port: 1" + b"0" * 5000 + b"}\n",
    "long-key": b"? " + b"k" * 70_000 + b"\n: 1\n",
    "separator": "a: \u2028b\u0085c\n".encode(),
}


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
@pytest.mark.parametrize("name", CASES)
def test_no_content_crashes(pricecheck: Run, tmp_path: Path, name: str, suffix: str) -> None:
    (tmp_path / f"{name}{suffix}").write_bytes(CASES[name])
    done = pricecheck("check", f"{name}{suffix}")
    assert done.returncode in {1, 2}, done.stdout
    assert done.stdout or done.stderr
    assert "defect" not in done.stderr
    if done.returncode == 2:
        assert done.stderr.startswith(f"pricecheck: {name}{suffix}: ")
        assert done.stderr.count("\n") == 1


def test_a_scalar_of_50_megabytes(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b'wallets: "' + b"x" * 50_000_000 + b'"\n')
    done = pricecheck("check", "big.yaml")
    assert done.returncode == 1
    assert len(done.stdout) < 20_000


def test_files_that_cant_be_read(pricecheck: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "broken-link.yaml").symlink_to("nowhere")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "folder").mkdir()
    for name, words in {
        "fifo.yaml": "is not a regular file",
        "broken-link.yaml": "is a symbolic link to nothing",
        "loop.yaml": "can't be read",
        "missing.yaml": "no such file",
        "folder": "no tollbooth config",
        "a\udc80b": "no such file",
    }.items():
        done = pricecheck("check", name)
        assert done.returncode == 2, name
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["check -", "prices -", "diff - missing.yaml"])
def test_a_closed_standard_input(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m pricecheck {command} <&-', sys.executable],
        capture_output=True,
        cwd=tmp_path,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pricecheck: -: standard input is closed\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (tmp_path / "secret.yaml").chmod(0)
    done = pricecheck("check", "secret.yaml")
    assert done.returncode == 2
    assert "can't be read" in done.stderr


def test_one_unreadable_file_does_not_hide_the_others(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n", encoding="utf-8")
    done = pricecheck("check", "missing.yaml", "a.yaml")
    assert done.returncode == 2
    assert "a.yaml:" in done.stdout
    assert "missing.yaml" in done.stderr
