"""Wherever it runs, with odd streams, terminals, locales or folders: an answer or a line, never a traceback."""

import errno
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.traffic_log import write_log
from pricecheck.cli.app import COMMANDS as APP_COMMANDS
from pricecheck.report.formats import FORMATS
from tests.conftest import Run
from tests.rewrite.test_atomic import NEEDS_FIX

FIXTURES = Path(__file__).parents[2] / "fixtures"
BROKEN, CLEAN = str(FIXTURES / "quickstart.yaml"), str(FIXTURES / "clean.yaml")
LOG = str(FIXTURES / "traffic" / "records.jsonl")
COMMANDS = {
    "check": ["check", BROKEN],
    "check-fix": ["check", "--fix", "--unsafe-fixes", "--diff", BROKEN],
    "diff": ["diff", CLEAN, BROKEN],
    "prices": ["prices", CLEAN],
    "quote": ["quote", CLEAN, "POST", "/v1/chat/completions", "--model", "gpt-4o"],
    "traffic": ["traffic", CLEAN, LOG],
    "reprice": ["reprice", CLEAN, "--scale", "+5%", "--dry-run"],
    "migrate": ["migrate", BROKEN, "--dry-run"],
    "rule": ["rule", "PC101"],
    "help": ["--help"],
    "unknown": ["check", "no-such-file"],
}
each_command = pytest.mark.parametrize("name", COMMANDS)


def shell(text: str, folder: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of bash, in which `pricecheck` is the one under test."""
    line = text.replace("pricecheck", f"{sys.executable} -m pricecheck", 1)
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        cwd=folder,
        env={**os.environ, **env},
        timeout=60,
        check=False,
    )


def quoted(name: str) -> str:
    """Give a command's arguments for a shell."""
    return shlex.join(COMMANDS[name])


@cache
def as_usual(name: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with nothing odd about it."""
    return shell(f"pricecheck {quoted(name)}", FIXTURES)


@each_command
@pytest.mark.parametrize("closed", [">&-", "<&- 2>&-"])
def test_closed_streams_change_no_answer(tmp_path: Path, name: str, closed: str) -> None:
    done = shell(f"pricecheck {quoted(name)} {closed}", tmp_path)
    assert done.returncode == as_usual(name).returncode
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@each_command
def test_a_full_disk_behind_stdout_is_said(tmp_path: Path, name: str) -> None:
    done = shell(f"pricecheck {quoted(name)} > /dev/full", tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert (os.strerror(errno.ENOSPC) in done.stderr) or name == "unknown"


@each_command
def test_a_reader_that_has_left_is_exit_1_and_nothing_is_said_of_it(tmp_path: Path, name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # before anything is written: behind `| true` it would be a race
    done = subprocess.run(
        [sys.executable, "-m", "pricecheck", *COMMANDS[name]],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    os.close(writing)
    if name == "unknown":  # it has nothing to write there
        assert (done.returncode, done.stderr) == (2, as_usual(name).stderr)
    else:
        assert (done.returncode, done.stderr) == (1, "")


@each_command
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_unicode_gets_an_answer(tmp_path: Path, name: str, encoding: str) -> None:
    done = shell(
        f"pricecheck {quoted(name)}",
        tmp_path,
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING=encoding,
    )
    assert done.returncode == as_usual(name).returncode, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == len(as_usual(name).stdout.splitlines())


@each_command
@pytest.mark.parametrize("columns", ["1", "x", "10000"])
def test_any_width_gets_an_answer(tmp_path: Path, name: str, columns: str) -> None:
    done = shell(f"pricecheck {quoted(name)}", tmp_path, COLUMNS=columns)
    assert done.returncode == as_usual(name).returncode
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("env", "colored"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
@pytest.mark.parametrize("name", ["check", "diff", "prices", "traffic"])
def test_colours_are_for_terminals_that_want_them(
    tmp_path: Path, name: str, env: dict[str, str], *, colored: bool
) -> None:
    outer, inner = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR", "TERM"}}
    with subprocess.Popen(
        [sys.executable, "-m", "pricecheck", *COMMANDS[name]], stdout=inner, cwd=tmp_path, env={**clean, **env}
    ) as process:
        os.close(inner)
        said = b""
        while part := read(outer):
            said += part
    os.close(outer)
    assert process.returncode in {0, 1}
    assert said
    assert (b"\x1b[" in said) is colored


def read(terminal: int) -> bytes:
    """Read what a program wrote to a terminal; nothing once it is closed, for which Linux has an error of its own."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    for arguments in ("check", "check tollbooth.yaml", "traffic tollbooth.yaml x.jsonl", "init", "diff --against HEAD"):
        done = shell(f"mkdir gone; cd gone; rmdir ../gone; pricecheck {arguments}", tmp_path)
        assert done.returncode == 2, arguments
        assert done.stderr.count("\n") == 1, done.stderr
        assert "Traceback" not in done.stderr


def test_no_home_and_no_path_are_needed_but_for_git(pricecheck: Run) -> None:
    bare = {"HOME": "", "PATH": "", "USER": "", "XDG_CONFIG_HOME": "/nowhere"}
    assert pricecheck("check", CLEAN, env=bare).returncode == 0
    assert pricecheck("traffic", CLEAN, LOG, env=bare).returncode in {0, 1}
    done = pricecheck("diff", "--against", "HEAD", env=bare)
    assert done.returncode == 2
    assert "git" in done.stderr
    assert done.stderr.count("\n") == 1


def test_links_that_lead_back_are_followed_once(pricecheck: Run, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "tollbooth.yaml").write_bytes(Path(CLEAN).read_bytes())
    (tmp_path / "conf" / "again").symlink_to(tmp_path / "conf", target_is_directory=True)
    (tmp_path / "conf" / "self").symlink_to("self", target_is_directory=True)
    done = pricecheck("check", "conf")
    assert done.returncode == 0, done.stderr
    assert "1 file" in done.stdout


NO_FOLDER = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), "/proc/no-such-place")


def test_another_temporary_folder_is_found(tmp_path: Path) -> None:
    done = shell(f"pricecheck {quoted('traffic')}", tmp_path, **NO_FOLDER)
    usual = as_usual("traffic")
    assert (done.returncode, done.stdout, done.stderr) == (0, usual.stdout, "")


@pytest.mark.parametrize("arguments", [f"traffic {CLEAN} {LOG}", f"check {CLEAN} --traffic {LOG}"])
def test_no_temporary_folder_is_one_line(tmp_path: Path, arguments: str) -> None:
    # No folder is of use where no byte can be written to a file. That stops root too, whom no permission does.
    done = shell(f"ulimit -f 0; pricecheck {arguments}", tmp_path, **NO_FOLDER)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"pricecheck: .*No usable temporary directory found in .+\n", done.stderr), done.stderr


NAMES = ["line\nbreak", "\x1b[31mred", "tab\t", " blank ", "ü€", "bad\udc80byte", "-dash", "a::b,c%25;d", "'\"`$(x)"]


@pytest.mark.parametrize("output_format", sorted(FORMATS))
def test_any_file_name_is_harmless_in_every_format(pricecheck: Run, tmp_path: Path, output_format: str) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.yaml").write_bytes(Path(BROKEN).read_bytes())
    done = pricecheck("check", "--output-format", output_format, "--", *(f"{name}.yaml" for name in NAMES))
    assert done.returncode == 1, done.stderr
    assert "\x1b" not in done.stdout
    assert "\n::" not in done.stdout.replace("\n::error ", "").replace("\n::warning ", "").replace("\n::notice ", "")
    assert not any(line.startswith("break.yaml") for line in done.stdout.splitlines())


START = """
import sys
sys.argv = ["pricecheck", *sys.argv[1:]]
from pricecheck.__main__ import main
print("go", file=sys.stderr, flush=True)
main()
"""


@pytest.mark.parametrize("arguments", [["check"], ["check", "--fix"], ["diff", CLEAN], ["prices", "--all"]])
def test_an_interrupt_is_exit_130_and_nothing_is_torn(tmp_path: Path, arguments: list[str]) -> None:
    target = tmp_path / "tollbooth.yaml"
    models = "".join(f'      model-{number}: "$0.05"\n' for number in range(1000)).encode()
    old = NEEDS_FIX.replace(b"    models:\n", b"    models:\n" + models)
    target.write_bytes(old)
    subprocess.run(
        [sys.executable, "-m", "pricecheck", *arguments, str(target)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    new = target.read_bytes()  # what a run that nobody interrupts leaves
    assert (new != old) is ("--fix" in arguments)
    codes = set()
    texts = set()
    for step in range(9):
        target.write_bytes(old)
        process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments, str(target)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "go\n"
        try:
            process.wait(timeout=0.01 + 0.04 * step)  # some of these moments are before the end
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
        # Python itself drops an interrupt that comes while it takes down the lock of an import, and says so.
        assert "Traceback" not in said or said.startswith("Exception ignored in: <function _get_module_lock")
        codes.add(process.returncode)
        texts.add(target.read_bytes())
        assert os.listdir(tmp_path) == ["tollbooth.yaml"]
    assert codes <= {0, 1, 130}
    assert 130 in codes
    assert texts <= {old, new}


def test_an_interrupt_is_exit_130_whatever_the_database_is_doing(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        write_log(file, 60_000)
    codes, said = set(), set()
    for step in range(16):
        process = subprocess.Popen(
            [sys.executable, "-c", START, "traffic", CLEAN, str(tmp_path / "log")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "go\n"
        try:
            process.wait(timeout=0.05 + 0.01 * step)  # before, while and after the log is read
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        said.add(process.communicate()[1].partition(":")[0])
        codes.add(process.returncode)
    assert codes <= {0, 130}
    assert 130 in codes
    assert said <= {"", "Exception ignored in"}  # as above


def test_what_is_terminated_leaves_nothing_behind(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        write_log(file, 150_000)
    folder = tmp_path / "tmp"
    folder.mkdir()
    codes = set()
    for step in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", START, "traffic", CLEAN, str(tmp_path / "log")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "go\n"
        while not os.listdir(folder) and process.poll() is None:
            pass
        try:
            process.wait(timeout=0.02 * step)
        except subprocess.TimeoutExpired:
            process.terminate()
        process.communicate()
        codes.add(process.returncode)
        assert os.listdir(folder) == []
    assert codes <= {0, 128 + signal.SIGTERM, -signal.SIGTERM}  # the last while the report is written
    assert 128 + signal.SIGTERM in codes


def test_two_runs_at_once_leave_one_whole_text(pricecheck: Run, tmp_path: Path) -> None:
    target = tmp_path / "tollbooth.yaml"
    target.write_bytes(NEEDS_FIX)
    assert pricecheck("check", "--fix", "tollbooth.yaml").returncode in {0, 1}
    fixed = target.read_bytes()
    assert fixed != NEEDS_FIX
    for _ in range(5):
        target.write_bytes(NEEDS_FIX)
        command = [sys.executable, "-m", "pricecheck", "check", "--fix", "tollbooth.yaml"]
        runs = [
            subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(3)
        ]
        for run in runs:
            said = run.communicate()[1]
            assert run.returncode in {0, 1, 2}
            assert b"defect" not in said
            assert b"Traceback" not in said
        assert target.read_bytes() == fixed
        assert os.listdir(tmp_path) == ["tollbooth.yaml"]


@pytest.mark.parametrize("command", APP_COMMANDS)
def test_help_names_every_value_in_capitals(pricecheck: Run, command: str) -> None:
    told = pricecheck(command, "--help").stdout
    usage = told.partition("\n")[0].removeprefix(f"Usage: pricecheck {command} [OPTIONS]")
    assert usage == usage.upper()
    assert not re.findall(r"^  (?:-\w, )?--[\w-]+ +<\w+>", told, re.MULTILINE)
