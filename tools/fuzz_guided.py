"""Attack the program with input that is led by what it reaches: atheris, libFuzzer for Python, for as long as you like.

`pip install atheris`, then `python tools/fuzz_guided.py KIND [-max_total_time=600]`; kinds and commands are those of
`tools/fuzz.py`, and the options libFuzzer's own. It begins with the seeds of the kind; what breaks the program is
written to the current folder by libFuzzer.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> None:
    """Fuzz one kind of input until libFuzzer stops."""
    import atheris

    with atheris.instrument_imports(include=["pricecheck"]):
        import pricecheck

        for module in pkgutil.walk_packages(pricecheck.__path__, "pricecheck."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):  # what an extra brings
                    importlib.import_module(module.name)
    from tools.fuzzing import KINDS, attack

    name, *options = sys.argv[1:] or [""]
    kind = next((kind for kind in KINDS if kind.name == name), None)
    if kind is None:
        sys.exit(f"say a kind: {', '.join(kind.name for kind in KINDS)}")
    corpus = Path(tempfile.mkdtemp(prefix="pricecheck-corpus-"))
    for seed in kind.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=200000", *options], lambda data: attack(kind, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
