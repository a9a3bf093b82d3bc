"""Which models are variants of one: to compare like with like.

The gateway matches exactly; a base model is a reason to compare two prices, never a match.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DATE = re.compile(r"(?:[-@]\d{4}-\d{2}-\d{2}|[-@]\d{8}|-latest|-\d{4})\Z")


@lru_cache(maxsize=65536)
def base_model(model: str) -> str:
    """Give the model a name is a variant of: fine-tune prefix, vendor and date off; itself where it is none."""
    name = model
    if name.startswith("ft:"):
        name = name.split(":")[1]
    name = name.rpartition("/")[2] or name
    return _DATE.sub("", name)
