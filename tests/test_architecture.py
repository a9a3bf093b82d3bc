"""The house plan, held: which room may import which, and what a start-up may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pricecheck"

# A room may import itself and what is listed for it. The list is the arrow of docs/architecture.md.
GROUND = {"errors", "findings", "fingerprints", "schema_files", "files"}
ALLOWED = {
    "findings": set(),
    "errors": set(),
    "fingerprints": {"findings"},
    "schema_files": set(),
    "files": {"errors"},
    "source": GROUND,
    "gateway": GROUND | {"source"},
    "prices": GROUND | {"source", "gateway"},
    "policy": GROUND | {"source"},
    "rules": GROUND | {"source", "gateway", "prices", "policy"},
    "rewrite": GROUND | {"source", "gateway", "prices", "policy", "rules"},
    "engine": GROUND | {"source", "gateway", "prices", "policy", "rules"},
    "report": {"findings", "schema_files"},
    "cli": GROUND | {"source", "gateway", "prices", "policy", "rules", "rewrite", "engine", "report"},
    "__main__": {"cli"},
    "__init__": set(),
}


def _rooms_imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    parts = [name.split(".") for name in names if name.startswith("pricecheck")]
    return {part[1] for part in parts if len(part) > 1 and part[1] != "__version__"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in ALLOWED, f"{room} has no place in the house plan"
    assert _rooms_imported(path) - {room} <= ALLOWED[room]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_readable(path: Path) -> None:
    assert (
        len(path.read_text(encoding="utf-8").splitlines()) <= 450
        or "generated" in path.read_text(encoding="utf-8")[:300]
    )


HEAVY = ["rich", "jsonschema", "deepdiff", "duckdb", "ruamel", "ada_url", "dotenv", "tomllib"]


def _modules_loaded(*arguments: str) -> set[str]:
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['pricecheck', *{list(arguments)!r}]\n"
        "try: runpy.run_module('pricecheck', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in done.stderr.splitlines()}


def test_import_pricecheck_loads_nothing_heavy() -> None:
    code = "import sys, pricecheck; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {line.split(".")[0] for line in done.stdout.splitlines()} & {*HEAVY, "yaml", "typer"}


def test_help_loads_nothing_heavy() -> None:
    assert not _modules_loaded("--help") & {*HEAVY, "yaml"}


def test_check_on_a_clean_file_loads_yaml_and_nothing_else_heavy() -> None:
    loaded = _modules_loaded("check", str(PACKAGE.parent / "fixtures" / "clean.yaml"))
    assert "yaml" in loaded
    assert not loaded & {*HEAVY, "typer", "difflib", "pathlib", "subprocess"}


def test_check_with_findings_loads_no_more_than_the_explainer() -> None:
    loaded = _modules_loaded("check", str(PACKAGE.parent / "fixtures" / "broken.yaml"))
    assert not loaded & {"rich", "deepdiff", "duckdb", "ruamel", "typer", "tomllib"}
