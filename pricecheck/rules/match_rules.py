"""PC210 and PC211: match rules that no request takes (gateway.md §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Edit, Finding, Fix, Impact, Label, Safety
from pricecheck.gateway.routing import compile_route
from pricecheck.nearest import close_names, did_you_mean
from pricecheck.rules.model import Context, Fixability, rule
from pricecheck.rules.writing import rewrite_scalar
from pricecheck.source.entries import remove_item
from pricecheck.source.nodes import Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pricecheck.findings import SourceText, Span
    from pricecheck.gateway.config import Condition, MatchRule, Route
    from pricecheck.prices.conditions import Never
    from pricecheck.prices.coverage import Reach

_SHOWN = 100
_SHOWN_RULES = 3
_ROOTS = ("body", "query", "headers", "params")
_BODILESS = frozenset({"GET", "HEAD"})


@rule(
    "PC210",
    "unreachable-match-rule",
    Impact.IGNORED,
    "A match rule whose requests are all taken by earlier ones",
    fixability=Fixability.SOMETIMES,
)
def unreachable_match_rule(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports a `match` rule where every request for which its conditions hold is taken by earlier rules of the route.
    That is decided exactly, not by comparing texts: `gpt-4o*` takes all that `gpt-4o-mini*` would, and a rule
    with fewer conditions all that one with more would. Where it depends on an unresolved `${NAME}`, nothing is said.

    ## Why is this bad?
    The first rule that holds decides, not the most specific one. The later rule's price is never charged: a cheap
    rule above a dear one gives the dear requests away.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        match:
          - where: { body.model: "gpt-4*" }
            price: "$0.005"
          - where: { body.model: "gpt-4-turbo*" }
            price: "$0.05"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        match:
          - where: { body.model: "gpt-4-turbo*" }
            price: "$0.05"
          - where: { body.model: "gpt-4*" }
            price: "$0.005"
        fallback: "$0.05"
    ```

    ## Fix safety
    The fix removes the rule, which changes nothing that is charged. It is offered as safe only where the rule has the
    price that its requests get anyway. Where it has another one, it was perhaps meant to stand further up, and the fix
    is unsafe: it takes away the trace of that.
    """
    seen: set[tuple[Span, str]] = set()
    for route in context.config.routes:
        rules = context.table.rules(route.key) if len(route.match) > 1 else None
        if rules is None:
            continue
        from pricecheck.prices.coverage import Reachability

        for each in route.match:
            reach = rules.reach(each.number)
            if reach.verdict is not Reachability.COVERED:
                continue
            if not all(map(_is_whole, (each, *(route.match[number] for number in reach.covered_by)))):
                continue
            found = _covered(context, route, each, reach)
            if (found.span, found.message) not in seen:
                seen.add((found.span, found.message))
                yield found


def _is_whole(each: MatchRule) -> bool:
    """Say whether all conditions of a rule could be read; what has another shape is refused by the gateway."""
    where = each.field.get("where")
    return where is not None and isinstance(where.value, dict) and len(where.value) == len(each.where)


def _covered(context: Context, route: Route, each: MatchRule, reach: Reach) -> Finding:
    covering = [route.match[number] for number in reach.covered_by]
    taken = f"an earlier one {_named(covering[0])} takes" if len(covering) == 1 else "earlier ones together take"
    place = each.field.get("where") or each.field
    return Finding(
        f"the rule {_named(each)} is never reached: {taken} all its requests{_charged(context, route, each, covering)}",
        place.span,
        place.path,
        related=tuple(Label(_place(other), "takes its requests") for other in covering[:_SHOWN_RULES]),
        help="move it before that one, or remove it" if len(covering) == 1 else "move it before those, or remove it",
        fix=_removal(context, route, each, covering),
    )


def _removal(context: Context, route: Route, each: MatchRule, covering: list[MatchRule]) -> Fix | None:
    written = route.field.get("match")
    if written is None or not isinstance(written.node, Sequence):
        return None
    edits = remove_item(context.document, written.node, each.number)
    rows = context.table.by_route[route.key]
    own = rows[each.number].amount
    same = own is not None and all(rows[other.number].amount == own for other in covering)
    return Fix("remove the rule", Safety.SAFE if same else Safety.UNSAFE, edits) if edits else None


def _place(each: MatchRule) -> Span:
    return (each.field.get("where") or each.field).span


def _charged(context: Context, route: Route, each: MatchRule, covering: list[MatchRule]) -> str:
    """Say what is charged instead, where it is one amount and another one."""
    rows = context.table.by_route[route.key]
    amounts = {rows[other.number].amount for other in covering}
    own = rows[each.number]
    if len(amounts) != 1 or None in amounts or own.amount is None or own.amount in amounts:
        return ""
    return f" and charges {rows[covering[0].number].dollars} instead of {own.dollars}"


def _named(each: MatchRule) -> str:
    """Name a rule by its conditions, cut where there are many."""
    if not each.where:
        return "without conditions"
    from pricecheck.prices.conditions import describe

    text = describe({key: required for key, required, _ in each.where})
    return f"for {text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…'}"


@rule(
    "PC211",
    "where-never-holds",
    Impact.IGNORED,
    "A condition that holds for no request",
    fixability=Fixability.SOMETIMES,
)
def where_never_holds(context: Context) -> Iterator[Finding]:
    """## What it does
    Reports conditions in `where` for which no request can be made:

    - a key that does not begin with `body`, `query`, `headers` or `params`;
    - a header name with capitals, or one that no header can have;
    - a further level below a header, query value or parameter (`headers.x.tier`);
    - `params.x` where the route's key has no `:x`;
    - a number or boolean where strings arrive (`query.limit: 100`);
    - a value that can't arrive there, such as an empty path parameter;
    - `body` alone where nothing makes the gateway read the body, or `body.…` on a GET or HEAD route;
    - two conditions of one rule that exclude each other (`body.a` and `body.a.b`).

    ## Why is this bad?
    The rule never holds, and its requests get the price of another one or the `fallback`. Header names arrive in lower
    case, so that `headers.X-Tier` finds nothing. Headers, query values and path parameters are strings, and a string
    never equals a number: the gateway converts nothing.

    ## Example
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        match:
          - where: { headers.X-Tier: "gold" }
            price: "$0.02"
          - where: { query.limit: 100 }
            price: "$0.03"
        fallback: "$0.05"
    ```

    Use instead:
    ```yaml
    routes:
      "POST /v1/chat/completions":
        upstream: openai
        match:
          - where: { headers.x-tier: "gold" }
            price: "$0.02"
          - where: { query.limit: "100" }
            price: "$0.03"
        fallback: "$0.05"
    ```

    ## Fix safety
    The fix writes a header name in lower case, puts a number or boolean in quotes, or corrects a misspelt beginning of
    the key or a misspelt parameter. It is unsafe: the rule takes requests afterwards, and charges them its price.
    """
    seen: set[tuple[Span, str]] = set()
    for route in context.config.routes:
        rules = context.table.rules(route.key) if route.match else None
        if rules is None:
            continue
        for each, conditions in zip(route.match, rules.rules, strict=True):
            taken = {condition.key for condition in each.where}
            reasons = dict(reversed(conditions.never))
            for condition in each.where:
                found = _never(context, route, taken, condition, reasons.get(condition.key))
                if found is not None and (found.span, found.message) not in seen:
                    seen.add((found.span, found.message))
                    yield found


def _never(
    context: Context, route: Route, taken: set[str], condition: Condition, reason: Never | None
) -> Finding | None:
    from pricecheck.prices.conditions import Never

    key, field = condition.key, condition.field
    if reason is None:
        if route.method not in _BODILESS or key.partition(".")[0] != "body":
            return None
        why = f"a {route.method} request has no body"
        mending = _Mending("test a query value or a header instead")
    else:
        why = reason.value
        mending = _mending(context, route, taken, condition, reason)
    at_value = reason in {Never.NOT_TEXT, Never.NO_SUCH_TEXT, Never.NOT_JSON}
    return Finding(
        f"the condition on `{key}` never holds: {why}",
        field.span if at_value else field.key_span,
        field.path,
        help=mending.help,
        fix=mending.fix,
    )


class _Mending(NamedTuple):
    """What to write instead, in words and, where that is clear, as a fix."""

    help: str | None
    fix: Fix | None = None


def _mending(context: Context, route: Route, taken: set[str], condition: Condition, reason: Never) -> _Mending:
    from pricecheck.prices.conditions import Never

    root, _, rest = condition.key.partition(".")
    if reason is Never.UPPER_CASE_HEADER:
        return _renamed(taken, condition, f"{root}.{rest.lower()}")
    if reason is Never.UNKNOWN_ROOT:
        return _with_root(taken, condition)
    if reason is Never.NO_PARAMETER:
        return _with_parameter(route, taken, condition)
    if reason is Never.NOT_TEXT:
        return _quoted(context.document.source, condition)
    what = {"headers": "header", "query": "query value", "params": "path parameter"}.get(root, "value")
    words = {
        Never.NESTED_NAME: f"a {what} whose name contains a dot can't be reached: test another one",
        Never.NO_BODY: "test a field of the body, such as `body.model`",
        Never.NO_NAME: f"name what to look at: `{root}.…`",
        Never.NO_SUCH_TEXT: f"write a text that a {what} can have, or remove the rule",
        Never.CONTRADICTION: "remove one of the two conditions",
    }
    return _Mending(words.get(reason))


def _with_parameter(route: Route, taken: set[str], condition: Condition) -> _Mending:
    parameters = [name[1:] for name in compile_route(route).segments if name.startswith(":")]
    close = close_names(condition.key.partition(".")[2], parameters)
    if len(close) == 1:
        return _renamed(taken, condition, f"params.{close[0]}")
    names = ", ".join(f"`params.{name}`" for name in parameters)
    return _Mending(f"the route has {names}" if names else "the route's path has no parameters")


def _with_root(taken: set[str], condition: Condition) -> _Mending:
    """Suggest the beginning a key was perhaps meant to have: a misspelt root, or none at all."""
    first, dot, rest = condition.key.partition(".")
    if not dot:
        return _Mending(f"did you mean `body.{first}`?")
    if first in {"req", "request", "ctx"} and rest.partition(".")[0] in _ROOTS:
        return _renamed(taken, condition, rest)
    close = close_names(first, _ROOTS)
    if len(close) == 1:
        return _renamed(taken, condition, f"{close[0]}.{rest}")
    return _Mending(f"did you mean `body.{condition.key}`?")


def _renamed(taken: set[str], condition: Condition, key: str) -> _Mending:
    node = condition.field.key
    edit = rewrite_scalar(node, key) if node is not None and key not in taken else None
    taken.add(key)
    return _Mending(did_you_mean([key]), Fix(f"write {key}", Safety.UNSAFE, (edit,)) if edit else None)


def _quoted(source: SourceText, condition: Condition) -> _Mending:
    node = condition.field.node
    if not isinstance(node, Scalar) or node.style != "plain":
        return _Mending("write the value in quotes")
    quoted = f'"{source.text[node.start : node.end]}"'
    return _Mending(f"write {quoted}", Fix(f"write {quoted}", Safety.UNSAFE, (Edit(node.span, quoted),)))
