"""The published JSON Schemas, wherever the package runs from."""

from __future__ import annotations

import os

SCHEMA_FILES = {
    "config": "tollbooth.schema.json",
    "policy": "policy.schema.json",
    "report": "report.schema.json",
    "diff": "diff.schema.json",
    "prices": "prices.schema.json",
    "quote": "quote.schema.json",
    "traffic": "traffic.schema.json",
}
"""Name on the command line to file name in `schemas/`."""


def schema_text(name: str) -> str:
    """Give the text of a published schema, by its name in `SCHEMA_FILES`.

    The wheel carries `schemas/` inside the package; a checkout has it beside the package.

    Raises:
        KeyError: there is no schema of that name.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(package, "schemas"), os.path.join(os.path.dirname(package), "schemas")):
        path = os.path.join(folder, SCHEMA_FILES[name])
        if os.path.exists(path):
            break
    with open(path, encoding="utf-8") as file:
        return file.read()
