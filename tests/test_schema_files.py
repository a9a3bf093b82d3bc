"""The published schemas: the definition of what machines read."""

import json
from pathlib import Path

import jsonschema
import pytest

from pricecheck.schema_files import SCHEMA_FILES, schema_text
from tests.conftest import Run

ROOT = Path(__file__).parents[1]
REALISTIC = sorted((ROOT / "fixtures" / "realistic").glob("*.y*ml"))


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_a_schema_is_one_and_names_itself(name: str) -> None:
    schema = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:tollbooth-pricecheck:{name}:1"
    assert schema["title"]


def test_every_file_of_the_folder_is_published() -> None:
    assert {path.name for path in (ROOT / "schemas").iterdir()} == set(SCHEMA_FILES.values())


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_the_command_prints_it(pricecheck: Run, name: str) -> None:
    assert pricecheck("schema", name).stdout == schema_text(name)


def test_the_price_table_of_every_realistic_config_is_valid(pricecheck: Run) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("prices")))
    valid = 0
    for path in REALISTIC:
        done = pricecheck("prices", str(path), "--output-format", "json")
        if done.returncode == 0:
            validator.validate(json.loads(done.stdout))
            valid += 1
    assert valid > len(REALISTIC) / 2
