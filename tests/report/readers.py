"""Read reports as the programs do that they are for."""

import json
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.protocols import Validator

ROOT = Path(__file__).parents[2]


@cache
def validator(path: str) -> Validator:
    schema = json.loads((ROOT / path).read_text(encoding="utf-8"))
    kind = Draft4Validator if "draft-04" in schema["$schema"] else Draft202012Validator
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def decoded_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as GitHub's runner does."""
    commands = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(\w+) ([^\0]*?)::([^\0]*)", line)
        assert match, line
        properties = {}
        for pair in match[2].split(","):
            name, _, value = pair.partition("=")
            value = value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
            properties[name] = value.replace("%25", "%")
        data = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        commands.append((match[1], properties, data))
    return commands


def parsed_xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own output
