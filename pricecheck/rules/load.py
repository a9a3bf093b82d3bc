"""PC0: everything for which the gateway refuses to start (gateway.md §1, §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pricecheck.findings import Finding, Impact
from pricecheck.gateway.loading import RefusalKind
from pricecheck.rules.model import Fixability, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.rules.model import Context


def _refused(context: Context, kind: RefusalKind) -> Iterator[Finding]:
    for refusal in context.loaded.refusals:
        if refusal.kind is kind:
            yield Finding(
                refusal.message, refusal.span, refusal.path, refusal.related, help=refusal.help, fix=refusal.fix
            )


@rule("PC001", "yaml-syntax", Impact.REJECTS, "A text the gateway's YAML (or JSON) parser refuses", needs_config=False)
def yaml_syntax(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports what makes the text unreadable: tabs as indentation, an unclosed quote or bracket, a comment glued to a
    value, a reserved character at the start of a value, an alias without its anchor, aliases that multiply without end,
    nesting without end.

    ## Why is this bad?
    The gateway does not start. Some of it other YAML tools let pass: in `price: "$0.05"#x` the comment must be set off
    by a space, and the gateway's parser insists on it.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.05"# per request
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.05" # per request
    ```
    """
    yield from _refused(context, RefusalKind.SYNTAX)


@rule("PC002", "duplicate-key", Impact.REJECTS, "The same key twice in one mapping", needs_config=False)
def duplicate_key(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a key that stands twice in one mapping, with both places. Quoting makes no difference: `"GET /x"` and
    `GET /x` are one key. In a `.json` file it is allowed: there the last one wins.

    ## Why is this bad?
    The gateway does not start. Had it started, one of the two prices would have been dropped in silence.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.05"
          gpt-4o: "$0.06"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        type: token-based
        models:
          gpt-4o: "$0.06"
    ```
    """
    yield from _refused(context, RefusalKind.DUPLICATE_KEY)


@rule("PC003", "multiple-documents", Impact.REJECTS, "Several YAML documents in one file", needs_config=False)
def multiple_documents(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a second document after a `---`.

    ## Why is this bad?
    The gateway reads one document and refuses a file that holds more.

    ## Example
    ```yaml
    routes: {}
    ---
    routes: {}
    ```

    Use instead:
    ```yaml
    routes: {}
    ```
    """
    yield from _refused(context, RefusalKind.MULTIPLE_DOCUMENTS)


@rule(
    "PC004",
    "unset-environment-variable",
    Impact.REJECTS,
    "A `${NAME}` that the environment given does not set, or that nothing sets",
    needs_config=False,
)
def unset_environment_variable(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports every `${NAME}` in a value that is not set in the environment given with `--env` or `--env-file`. Without
    either flag no guess is made, and only what a shell would expand is reported: `${NAME:-word}`, and the same with
    `-`, `=`, `?`, `+`, `:=`, `:?` or `:+`. With a bare `-` it may be a name that container tools do set (`MY-KEY`), and
    is reported where the rest rules that out (`${PRICE-$0.01}`, `${KEY-none}`). `${params.x}` and `${query.x}` are
    filled in at run time and are none.

    ## Why is this bad?
    The gateway stops at the start for any unset variable, even in a key it does not know. It has no syntax for
    defaults: `${PRICE:-$0.01}` asks for a variable of that whole name, which nobody sets.

    ## Example
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
        headers:
          authorization: "Bearer ${OPENAI_KEY_OF_ACME}"
    ```

    Use instead:
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
        headers:
          authorization: "Bearer ${OPENAI_API_KEY}"
    ```
    """
    yield from _refused(context, RefusalKind.UNSET_VARIABLE)


@rule("PC010", "missing-field", Impact.REJECTS, "A required field is not there", needs_config=False)
def missing_field(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports fields the gateway requires. With `--partial`, the top-level sections may be missing, for fragments.

    ## Why is this bad?
    The gateway does not start.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        price: "$0.001"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        price: "$0.001"
    ```
    """
    yield from _refused(context, RefusalKind.MISSING_FIELD)


@rule(
    "PC011",
    "wrong-type",
    Impact.REJECTS,
    "A value of a type the gateway refuses",
    needs_config=False,
    fixability=Fixability.SOMETIMES,
)
def wrong_type(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports numbers where text is wanted, text where a number is wanted, null where a value is wanted, and so on. The
    usual ones: a price without quotes, which YAML reads as a number, and a key with nothing after it, which is null.

    ## Why is this bad?
    The gateway does not start. `null` does not count as absent.

    ## Example
    ```yaml
    defaults:
      price: 0.01
    ```

    Use instead:
    ```yaml
    defaults:
      price: "0.01"
    ```

    ## Fix safety
    Quoting a number keeps its digits; a whole number becomes dollars (`5` becomes `"$5.00"`), as `"5"` would charge 5
    smallest units. The fix is unsafe: the gateway refused the file before, so that there is no price to compare with.
    """
    yield from _refused(context, RefusalKind.WRONG_TYPE)


@rule(
    "PC012", "invalid-value", Impact.REJECTS, "A value of the right type that the gateway refuses", needs_config=False
)
def invalid_value(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports values outside what the gateway takes: an enumeration, a range, a pattern, a URL, an empty text or list.

    ## Why is this bad?
    The gateway does not start.

    ## Example
    ```yaml
    upstreams:
      openai:
        url: "api.openai.com"
    ```

    Use instead:
    ```yaml
    upstreams:
      openai:
        url: "https://api.openai.com"
    ```
    """
    yield from _refused(context, RefusalKind.INVALID_VALUE)


@rule(
    "PC013",
    "unknown-field",
    Impact.REJECTS,
    "An unknown field where the gateway allows none",
    needs_config=False,
    fixability=Fixability.SOMETIMES,
)
def unknown_field(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports unknown keys in the objects that the gateway closes: `rateLimit`, `verificationCache`, `cors`, `metrics`,
    `trustProxy`, `stores`, `pricing`, `hooks`, `settlement`. Elsewhere unknown keys are dropped in silence, which PC208
    reports.

    ## Why is this bad?
    The gateway does not start.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        pricing:
          pirce: "$0.01"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        pricing:
          price: "$0.01"
    ```

    ## Fix safety
    The key becomes the known field it resembles. The fix is unsafe: the gateway refused the file before.
    """
    yield from _refused(context, RefusalKind.UNKNOWN_FIELD)


@rule("PC014", "conflicting-fields", Impact.REJECTS, "Fields that do not go together", needs_config=False)
def conflicting_fields(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports `model: time` without `duration` and `duration` without `model: time`, a store with `backend: redis` and no
    URL, the origin `"*"` with `credentials: true`, `strategy: custom` without `module`, `strategy: mpp` without
    `methods`.

    ## Why is this bad?
    The gateway does not start.

    ## Example
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        pricing:
          duration: "1h"
          price: "$0.10"
    ```

    Use instead:
    ```yaml
    routes:
      "GET /v1/models":
        upstream: openai
        pricing:
          model: time
          duration: "1h"
          price: "$0.10"
    ```
    """
    yield from _refused(context, RefusalKind.CONFLICTING_FIELDS)


@rule(
    "PC015",
    "documented-spelling",
    Impact.REJECTS,
    "A spelling from the published docs that the gateway refuses",
    needs_config=False,
    fixability=Fixability.SOMETIMES,
)
def documented_spelling(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports what the published docs show and the gateway does not take: `rateLimit: {windowMs, max}`, `cors: true`,
    `cors: {origin, methods, headers}`, `metrics: true`, `stores: {redis: "redis://…"}`.

    ## Why is this bad?
    The gateway does not start, and the docs are the last place to find out why.

    ## Example
    ```yaml
    defaults:
      rateLimit:
        windowMs: 60000
        max: 100
    ```

    Use instead:
    ```yaml
    defaults:
      rateLimit:
        window: "1m"
        requests: 100
    ```

    ## Fix safety
    The docs' spelling becomes the gateway's, with the same values; milliseconds become a duration. The fix is unsafe:
    the gateway refused the file before, so that there is nothing to compare with.
    """
    yield from _refused(context, RefusalKind.DOCUMENTED_SPELLING)
