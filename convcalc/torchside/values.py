"""Numbers for letters: a spread of values, edge cases included, at which a formula is compared with torch."""

from __future__ import annotations

import random
from collections.abc import Iterator

from convcalc.rebuild import letters_of
from convcalc.tracing import Trace

# Values drawn for each formula.
SPREAD = 24
# Letters that are no sizes of the input stay small, so that many combinations fit.
SMALL = 4


def assignments(traced: Trace) -> Iterator[dict[str, int]]:
    """Values for all letters: the smallest that fit, one less, and a spread of larger ones; the same at each run."""
    in_net, in_input = letters_of(traced.net), letters_of(traced.input)
    letters = sorted(in_net | in_input)
    least = {str(c.left): int(c.right) for c in traced.valid_when if c.relation == ">=" and isinstance(c.right, int)}
    low = {name: least.get(name, 1) for name in letters}
    yield dict(low)
    for name in letters:
        if low[name] > 1:
            yield low | {name: low[name] - 1}
    stream = random.Random(str(traced.net))
    seen = {tuple(low.values())}
    for turn in range(20 * SPREAD):
        wide = 3 * SMALL + turn % 16
        values = {
            n: low[n] + stream.randrange(SMALL if n in in_net or n == _channels(traced) else wide) for n in letters
        }
        if tuple(values.values()) not in seen:
            seen.add(tuple(values.values()))
            yield values
        if len(seen) > SPREAD:
            return


def _channels(traced: Trace) -> str:
    return str(traced.input[0]) if len(traced.input) > 1 else ""
