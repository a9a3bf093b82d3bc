"""What the source of an allowlist hook shows: which models it lets pass, and whether it reads what is not there.

Read with tree-sitter's TypeScript grammar, which takes JavaScript as well
(docs/decisions/0008-hooks-by-tree-sitter.md).
Nothing is run, and nothing is guessed: a list counts only where it consists of string literals that nothing changes,
the hook refuses the model that it does *not* hold, and no other question about the model lets one pass.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.findings import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pricecheck.findings import SourceText

_WRAPPERS = frozenset({"as_expression", "satisfies_expression", "parenthesized_expression", "non_null_expression"})
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration"})
_ASKS = frozenset({"has", "includes", "test"})
_READS = frozenset({"has", "includes", "join", "keys", "values", "size", "length"})
_CHOICES = frozenset({"if_statement", "ternary_expression"})
_DEEPEST = 5
"""A name for a name for a name: nobody writes more of that."""


class ModelList(NamedTuple):
    """The models a hook lets pass, in the order written, and where the list stands."""

    models: tuple[str, ...]
    span: Span


class HookSource(NamedTuple):
    """What is known of a hook. `allowed` is None where it can't be told; `request_reads` are uses of `ctx.request`."""

    allowed: ModelList | None
    request_reads: tuple[Span, ...]


def read_hook(source: SourceText) -> HookSource:
    """Read a hook's source; never fails, whatever the text is."""
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    data = source.text.encode("utf-8", "replace")
    root = Parser(Language(tree_sitter_typescript.language_typescript())).parse(data).root_node
    hook = _Hook(root, data)
    return HookSource(hook.allowed(), tuple(hook.request_reads()))


class _Hook:
    def __init__(self, root: Node, data: bytes) -> None:
        self._data = data
        self._nodes = list(_walk(root))
        self._constants = {
            _text(name): value
            for node in self._nodes
            if node.type == "variable_declarator"
            and (name := node.child_by_field_name("name")) is not None
            and (value := node.child_by_field_name("value")) is not None
        }
        self._fixed = self._unchanged()

    def allowed(self) -> ModelList | None:
        """Give the one list that the hook refuses everything outside of."""
        lists = list(self._asked())
        array = lists[0] if lists else None
        if array is None or any(other is None or other.id != array.id for other in lists):
            return None
        models = [_literal(child) for child in array.named_children if child.type != "comment"]
        if not models or any(model is None for model in models):
            return None
        return ModelList(tuple(model for model in models if model is not None), self._span(array))

    def request_reads(self) -> Iterator[Span]:
        """Give each place that takes `request` from what the default export is handed."""
        for function in self._nodes:
            if function.type in _FUNCTIONS and self._is_default(function):
                yield from self._reads_of(function)

    def _asked(self) -> Iterator[Node | None]:
        """Give the array behind each question about the model; None for one that refuses by no such array."""
        for node in self._nodes:
            function = node.child_by_field_name("function") if node.type == "call_expression" else None
            if function is None or function.type != "member_expression":
                continue
            asked, method = function.child_by_field_name("object"), _text(function.child_by_field_name("property"))
            arguments = node.child_by_field_name("arguments")
            given = arguments.named_children if arguments is not None else []
            if method in _ASKS and any(self._is_model(one) for one in given):
                yield self._array(asked) if _is_refusal(node) else None
            elif self._is_model(asked):
                yield None

    def _is_model(self, node: Node | None, depth: int = 0) -> bool:
        """Say whether an expression is the model that is asked for, as it was sent."""
        if node is None or depth > _DEEPEST:
            return False
        node = _bare(node)
        if node.type == "member_expression":
            return _text(node.child_by_field_name("property")) == "model"
        if node.type == "subscript_expression":
            index = node.child_by_field_name("index")
            return index is not None and _literal(index) == "model"
        if node.type == "identifier":
            name = _text(node)
            return self._is_model(self._constants[name], depth + 1) if name in self._constants else name == "model"
        parts = ("left", "consequence", "alternative")
        return node.type in {"binary_expression", "ternary_expression"} and any(
            self._is_model(node.child_by_field_name(part), depth + 1) for part in parts
        )

    def _unchanged(self) -> frozenset[str]:
        """Give the names that are declared once, as constants, and that nothing writes to."""
        declared: dict[str, int] = {}
        changed: set[str] = set()
        for node in self._nodes:
            if node.type != "identifier" or node.parent is None:
                continue
            name = _text(node)
            if node.parent.child_by_field_name("name") == node and _is_constant(node.parent):
                declared[name] = declared.get(name, 0) + 1
            elif not _only_reads(node.parent):
                changed.add(name)
        return frozenset(name for name, times in declared.items() if times == 1 and name not in changed)

    def _array(self, node: Node | None, depth: int = 0) -> Node | None:
        if node is None or depth > _DEEPEST:
            return None
        node = _bare(node)
        if node.type == "array":
            return node
        if node.type == "identifier":
            name = _text(node)
            return self._array(self._constants.get(name), depth + 1) if name in self._fixed else None
        if node.type == "new_expression" and _text(node.child_by_field_name("constructor")) == "Set":
            arguments = node.child_by_field_name("arguments")
            given = arguments.named_children if arguments is not None else []
            return self._array(given[0], depth + 1) if len(given) == 1 else None
        return None

    def _is_default(self, function: Node) -> bool:
        parent = function.parent
        while parent is not None and parent.type in {*_WRAPPERS, "variable_declarator", "lexical_declaration"}:
            parent = parent.parent
        if parent is None:
            return False
        if parent.type == "export_statement":
            return any(child.type == "default" for child in parent.children)
        return self._is_exported_by_name(function)

    def _is_exported_by_name(self, function: Node) -> bool:
        name = function.child_by_field_name("name")
        if name is None and function.parent is not None and function.parent.type == "variable_declarator":
            name = function.parent.child_by_field_name("name")
        exported = (node for node in self._nodes if node.type == "export_statement")
        return name is not None and any(
            any(child.type == "default" for child in node.children)
            and any(child.type == "identifier" and _text(child) == _text(name) for child in node.named_children)
            for node in exported
        )

    def _reads_of(self, function: Node) -> Iterator[Span]:
        parameter = function.child_by_field_name("parameter")
        parameters = function.child_by_field_name("parameters")
        if parameters is not None and parameters.named_children:
            first = parameters.named_children[0]
            parameter = first.child_by_field_name("pattern") or first
        if parameter is None:
            return
        if parameter.type == "object_pattern":
            yield from self._taken(parameter)
            return
        context = _text(parameter)
        for node in _walk(function):
            if node.type == "member_expression":
                taken = node.child_by_field_name("property")
                if _text(node.child_by_field_name("object")) == context and _text(taken) == "request":
                    yield self._span(node)
            elif node.type == "variable_declarator":
                pattern = node.child_by_field_name("name")
                if pattern is not None and pattern.type == "object_pattern":
                    value = node.child_by_field_name("value")
                    if value is not None and _text(_bare(value)) == context:
                        yield from self._taken(pattern)

    def _taken(self, pattern: Node) -> Iterator[Span]:
        for child in pattern.named_children:
            name = child.child_by_field_name("key") if child.type == "pair_pattern" else child
            if _text(name) == "request":
                yield self._span(child)

    def _span(self, node: Node) -> Span:
        start = len(self._data[: node.start_byte].decode("utf-8", "replace"))
        return Span(start, start + len(self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")))


def _walk(root: Node) -> Iterator[Node]:
    """Yield every node, parents first; deep texts need no deep stack."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.named_children))


def _bare(node: Node) -> Node:
    while node.type in _WRAPPERS and node.named_children:
        node = node.named_children[0]
    return node


def _is_refusal(call: Node) -> bool:
    """Say whether a request is refused wherever `call` is false, whatever else is asked in the same breath."""
    node, negated = call, False
    while (parent := node.parent) is not None and parent.type not in _CHOICES:
        if parent.type == "unary_expression" and not negated and _text(parent).startswith("!"):
            negated = True
        elif parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            if not negated or _text(operator) != "||":
                return False
        elif parent.type != "parenthesized_expression":
            return False
        node = parent
    return negated and parent is not None and parent.child_by_field_name("condition") == node and _refuses(parent)


def _refuses(choice: Node) -> bool:
    consequence = choice.child_by_field_name("consequence")
    return consequence is not None and any(
        node.type == "throw_statement"
        or (
            node.type == "pair"
            and _text(node.child_by_field_name("key")) == "reject"
            and _text(node.child_by_field_name("value")) == "true"
        )
        for node in _walk(consequence)
    )


def _is_constant(declarator: Node) -> bool:
    declaration = declarator.parent
    return (
        declarator.type == "variable_declarator"
        and declaration is not None
        and declaration.type == "lexical_declaration"
        and _text(declaration.child_by_field_name("kind")) == "const"
    )


def _only_reads(use: Node) -> bool:
    """Say whether what uses a list leaves it as it is: a question, a copy, or a set made of it."""
    if use.type == "member_expression":
        return _text(use.child_by_field_name("property")) in _READS
    return use.type == "spread_element" or (
        use.type == "arguments" and use.parent is not None and use.parent.type == "new_expression"
    )


def _literal(node: Node) -> str | None:
    """Give the value of a string literal; None where it is none, or one whose escapes JSON does not know."""
    if node.type == "template_string":
        parts = node.named_children
        return _text(node)[1:-1] if all(part.type == "string_fragment" for part in parts) else None
    if node.type != "string":
        return None
    text = _text(node)
    if "\\" not in text:
        return text[1:-1]
    try:
        value = json.loads(text) if text.startswith('"') else None
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")
