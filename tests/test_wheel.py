"""The wheel is what users get: it is built, installed elsewhere, and the command run from it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from pricecheck.schema_files import SCHEMA_FILES, schema_text

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("tollbooth_pricecheck-*.whl")
    target = folder / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    return target


def _run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "pricecheck", *arguments],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_runs_from_the_wheel(installed: Path) -> None:
    where = "import pricecheck; print(pricecheck.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", where],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(installed)), "the checkout must not be what is tested"
    broken = _run(installed, "check", str(ROOT / "fixtures" / "broken.yaml"))
    assert broken.returncode == 1
    assert "PC012[invalid-value]" in broken.stdout


def test_the_wheel_carries_the_schemas_and_the_typing_marker(installed: Path) -> None:
    shipped = {path.name for path in (installed / "pricecheck" / "schemas").iterdir()}
    assert shipped == set(SCHEMA_FILES.values())
    done = _run(installed, "schema", "quote")
    assert (done.returncode, done.stdout) == (0, schema_text("quote"))
    assert (installed / "pricecheck" / "py.typed").exists()


def test_the_wheel_holds_the_package_and_nothing_else(installed: Path) -> None:
    (wheel,) = installed.parent.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"pricecheck", next(top for top in tops if top.endswith(".dist-info"))}


def test_the_source_distribution_holds_all_that_git_does(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (packed,) = tmp_path.glob("tollbooth_pricecheck-*.tar.gz")
    with tarfile.open(packed) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    assert {name for name in listed.stdout.split("\0") if name} <= files
