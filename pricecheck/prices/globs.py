r"""Exact algebra of the gateway's globs: what a combination of patterns matches, proven rather than sampled.

A glob matches a whole value, case-sensitively; `*` is any run of characters except line breaks (`\n`, `\r`, U+2028,
U+2029) and everything else is literal (gateway.md §4). A set of strings is a conjunction: inside every glob of
`within` and outside every glob of `without`; unions are lists of globs to subtract. The question is always the same:
is the set empty, and if not, what is its shortest member?

The search walks the product of the globs' automata breadth first, one representative for all the characters that no
pattern singles out, so its first hit is a shortest one. It visits at most `limit` product states and then answers
`Verdict.UNKNOWN`; patterns as people write them need fewer than a hundred.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from pricecheck.gateway.matching import LINE_BREAKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_BREAKS = frozenset(LINE_BREAKS)

STATE_LIMIT = 4096
"""How many product states a search visits before it gives up; some 50 ms of work."""

_READABLE = "xyzabcdefghijklmnopqrstuvw0123456789"


class Verdict(Enum):
    """Why a search has no string to show: there is none, or too many states to tell."""

    EMPTY = "empty"
    UNKNOWN = "unknown"


Found = str | Verdict
"""A member of the set, or why there is none to show."""


class Domain(Enum):
    """Which strings can arrive at a place of a request at all.

    `TEXT`: any string (a JSON body, a query value). `HEADER`: visible Latin-1, blanks and tabs, neither at the start
    nor at the end, as HTTP/1.1 carries it. `SEGMENT`: a path parameter: never empty, and never `.` or `..`, which a
    URL parser removes.
    """

    TEXT = "text"
    HEADER = "header"
    SEGMENT = "segment"

    def holds(self, value: str) -> bool:
        """Tell whether `value` can arrive at such a place."""
        if self is Domain.HEADER:
            return value == value.strip(" \t") and all(_in_header(character) for character in value)
        return self is Domain.TEXT or value not in _NO_SEGMENT

    def carries(self, character: str) -> bool:
        """Tell whether a value at such a place may hold this character somewhere."""
        return self is not Domain.HEADER or _in_header(character)


_NO_SEGMENT = ("", ".", "..")


def _in_header(character: str) -> bool:
    return character == "\t" or " " <= character <= "~" or "\x80" <= character <= "\xff"


def is_literal(glob: str) -> bool:
    """Tell whether a glob matches exactly one string: itself."""
    return "*" not in glob


def matches(glob: str, value: str) -> bool:
    """Tell whether the whole of `value` matches `glob`."""
    if is_literal(glob):
        return glob == value
    automaton = _automaton(glob)
    state = automaton.start
    for character in value:
        state = automaton.step(state, character)
        if not state:
            return False
    return automaton.accepts(state)


def contains(outer: str, inner: str) -> bool:
    """Tell whether `outer` matches every string that `inner` matches.

    Exact: a character foreign to `outer` put in place of each `*` of `inner` can only be taken by a `*` of `outer`,
    which then takes any other run there as well.
    """
    if outer == inner:
        return True
    if not inner.startswith(outer.partition("*")[0]):
        return False
    return matches(outer, inner.replace("*", _foreign((outer,))))


def _foreign(globs: Iterable[str]) -> str:
    used = frozenset[str]().union(*globs)
    return next(character for character in chain(_READABLE, map(chr, range(0xA1, 0xD800))) if character not in used)


def intersects(one: str, other: str) -> bool:
    """Tell whether some string matches both globs; UNKNOWN counts as yes."""
    return may_intersect(one, other) and find((one, other)) is not Verdict.EMPTY


def find(
    within: Sequence[str] = (),
    without: Collection[str] = (),
    domain: Domain = Domain.TEXT,
    limit: int = STATE_LIMIT,
) -> Found:
    """Give a shortest string that matches all of `within` and none of `without`, or say why there is none.

    Args:
        within: globs the string must match; none at all means every string.
        without: globs the string must not match.
        domain: where in a request the string stands, which excludes some strings.
        limit: product states to visit before giving up.

    Returns:
        The string (beyond `limit` perhaps not a shortest one); `EMPTY` where it is proven that there is none;
        `UNKNOWN` beyond `limit` otherwise.
    """
    literal = next((glob for glob in within if is_literal(glob)), None)
    if literal is not None:
        return literal if _is_member(literal, within, without, domain) else Verdict.EMPTY
    if len(within) <= 1:
        shortest = within[0].replace("*", "") if within else ""
        if _is_member(shortest, within, without, domain):
            return shortest
    if any(contains(outer, inner) for inner in within for outer in without if not is_literal(outer)):
        return Verdict.EMPTY
    found = _Product(within, without, domain).search(limit)
    if found is Verdict.UNKNOWN and len(within) == 1:
        any_member = within[0].replace("*", _foreign((*within, *without)))
        if _is_member(any_member, within, without, domain):
            return any_member
    return found


def _is_member(value: str, within: Iterable[str], without: Collection[str], domain: Domain) -> bool:
    return (
        domain.holds(value)
        and value not in without
        and all(matches(glob, value) for glob in within)
        and not any(matches(glob, value) for glob in without if not is_literal(glob))
    )


def may_intersect(one: str, other: str) -> bool:
    """Cheap and necessary for a common string: the fixed beginnings agree, and so do the fixed ends."""
    if is_literal(one):
        return matches(other, one)
    if is_literal(other):
        return matches(one, other)
    head, tail = one[: one.index("*")], one[one.rindex("*") + 1 :]
    other_head, other_tail = other[: other.index("*")], other[other.rindex("*") + 1 :]
    return (head.startswith(other_head) or other_head.startswith(head)) and (
        tail.endswith(other_tail) or other_tail.endswith(tail)
    )


class StringSet(NamedTuple):
    """The strings of `domain` inside every glob of `within` and outside every glob of `without`."""

    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    domain: Domain = Domain.TEXT

    def inside(self, glob: str) -> StringSet:
        """Keep what `glob` matches."""
        return self if glob in self.within else StringSet((*self.within, glob), self.without, self.domain)

    def outside(self, *globs: str) -> StringSet:
        """Drop what any of `globs` matches."""
        return StringSet(self.within, (*self.without, *globs), self.domain)

    def find(self, limit: int = STATE_LIMIT) -> Found:
        """Give a shortest member, or why there is none to show (see `find`)."""
        return find(self.within, self.without, self.domain, limit)


class _Automaton:
    """One glob as a bit-parallel automaton: a state is the set of positions in the pattern reached so far."""

    __slots__ = ("_final", "_letters", "_prunable", "_stars", "start")

    def __init__(self, glob: str) -> None:
        pattern = glob
        while "**" in pattern:
            pattern = pattern.replace("**", "*")
        self._letters: dict[str, int] = {}
        self._stars = 0
        for position, character in enumerate(pattern):
            if character == "*":
                self._stars |= 1 << position
            else:
                self._letters[character] = self._letters.get(character, 0) | 1 << position
        self._final = 1 << len(pattern)
        self._prunable = _BREAKS.isdisjoint(pattern)
        self.start = self._close(1)

    def _close(self, state: int) -> int:
        state |= (state & self._stars) << 1
        if self._prunable and (stars := state & self._stars):
            # The last star reached absorbs whatever the positions before it could still need: they add nothing.
            state &= -1 << (stars.bit_length() - 1)
        return state

    def step(self, state: int, character: str) -> int:
        """Give the state after one more character; 0 is dead."""
        reached = (state & self._letters.get(character, 0)) << 1
        if character not in _BREAKS:
            reached |= state & self._stars
        return self._close(reached) if reached else 0

    def accepts(self, state: int) -> bool:
        """Tell whether what was read so far is a match."""
        return bool(state & self._final)

    def wanted(self, state: int) -> Iterator[str]:
        """Give the characters that lead from here to another state than an arbitrary character does."""
        return (character for character, positions in self._letters.items() if positions & state)


@lru_cache(maxsize=1024)
def _automaton(glob: str) -> _Automaton:
    return _Automaton(glob)


_State = tuple[tuple[int, ...], str | None, bool]
"""Positions in every glob; the text so far while it begins an excluded literal; whether it ends in a blank."""


class _Product:
    """The automata of one question side by side, and the search through them."""

    def __init__(self, within: Sequence[str], without: Collection[str], domain: Domain) -> None:
        stars = [glob for glob in without if not is_literal(glob)]
        self._within = [_automaton(glob) for glob in within]
        self._without = [
            _automaton(glob) for glob in dict.fromkeys(stars) if all(may_intersect(glob, inner) for inner in within)
        ]
        self._domain = domain
        # A dict, not a set: the witness must not depend on the hash seed.
        self._literals = dict.fromkeys(
            glob for glob in without if is_literal(glob) and all(matches(inner, glob) for inner in within)
        )
        if domain is Domain.SEGMENT:
            self._literals.update(dict.fromkeys(_NO_SEGMENT))
        self._children: dict[str, dict[str, None]] = {}
        for literal in self._literals:
            for length in range(len(literal)):
                self._children.setdefault(literal[:length], {})[literal[length]] = None

    def search(self, limit: int) -> Found:
        """Walk the product breadth first up to `limit` states."""
        automata = (*self._within, *self._without)
        start: _State = (tuple(each.start for each in automata), "", False)
        if self._accepts(start):
            return ""
        texts: dict[_State, str] = {start: ""}
        queue = deque([start])
        while queue:
            state = queue.popleft()
            for character in self._alphabet(state):
                following = self._step(state, character)
                if following is None or following in texts:
                    continue
                text = texts[state] + character
                if self._accepts(following):
                    return text
                if len(texts) >= limit:
                    return Verdict.UNKNOWN
                texts[following] = text
                queue.append(following)
        return Verdict.EMPTY

    def _accepts(self, state: _State) -> bool:
        positions, spelt, ends_blank = state
        inner, outer = positions[: len(self._within)], positions[len(self._within) :]
        return (
            not ends_blank
            and all(each.accepts(at) for each, at in zip(self._within, inner, strict=True))
            and not any(each.accepts(at) for each, at in zip(self._without, outer, strict=True))
            and (spelt is None or spelt not in self._literals)
        )

    def _step(self, state: _State, character: str) -> _State | None:
        positions, spelt, _ = state
        automata = (*self._within, *self._without)
        reached = tuple(each.step(at, character) if at else 0 for each, at in zip(automata, positions, strict=True))
        if not all(reached[: len(self._within)]):
            return None
        if spelt is not None:
            spelt = spelt + character if character in self._children.get(spelt, ()) else None
        return reached, spelt, self._domain is Domain.HEADER and character in " \t"

    def _alphabet(self, state: _State) -> Iterator[str]:
        """Give every character worth trying: those the patterns single out here, then one for all the others."""
        positions, spelt, _ = state
        wanted: dict[str, None] = {}
        for each, at in zip((*self._within, *self._without), positions, strict=True):
            wanted.update(dict.fromkeys(each.wanted(at)))
        wanted.update(self._children.get(spelt, {}) if spelt is not None else {})
        at_start = spelt == "" and self._domain is Domain.HEADER
        for character in wanted:
            if self._domain.carries(character) and not (at_start and character in " \t"):
                yield character
        yield from self._others(wanted)

    def _others(self, wanted: Collection[str]) -> Iterator[str]:
        candidates = chain(_READABLE, map(chr, range(0x21, 0xD800)))
        others = (one for one in candidates if one not in wanted and one not in _BREAKS)
        yield from islice(filter(self._domain.carries, others), 1)
        if not self._within:
            # Inside a glob a line break that no pattern spells out is a dead end; outside all of them it is a way out.
            yield from [one for one in sorted(_BREAKS - set(wanted)) if self._domain.carries(one)][:1]
