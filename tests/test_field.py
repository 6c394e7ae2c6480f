"""Receptive fields, against a brute force that follows every cell, and against what is known of classic networks."""

from __future__ import annotations

import random

import pytest

import convcalc as cc
from convcalc.axis import Axis


def sizes_jumps_starts(spec: str, x: str) -> list[tuple[object, object, object]]:
    axes = cc.trace(cc.parse(spec), x)[-1].receptive_field
    return [(a.size, a.jump, a.start) for a in axes if a is not None]


@pytest.mark.parametrize(
    ("spec", "x", "expected"),
    [
        ("conv 3x3 s2 p1", "1,28,28", [(3, 2, -1)] * 2),
        ("conv 3x3 p1 > conv 3x3 p1", "1,28,28", [(5, 1, -2)] * 2),
        ("conv 5x5 > avgpool 2 > conv 5x5 > avgpool 2", "1,32,32", [(16, 4, 0)] * 2),
        ("conv 3x3 d2", "1,28,28", [(5, 1, 0)] * 2),
        ("conv 3x5 s1x2", "1,28,28", [(3, 1, 0), (5, 2, 0)]),
        ("conv 3x3 p1 > flatten > linear 10", "1,28,20", [(28, 0, 0), (20, 0, 0)]),
        ("maxpool 2 > flatten > linear 10", "1,5,4", [(4, 0, 0), (4, 0, 0)]),  # the last of five rows is in no window
        ("gap", "1,5,4", [(5, 0, 0), (4, 0, 0)]),
        ("convt 2x2 s2", "1,5,4", [(1, 0.5, 0)] * 2),
        ("convt 3x3 s2", "1,5,4", [(2, 0.5, -1)] * 2),
        ("upsample 2 > conv 3x3 p1", "1,5,4", [(2, 0.5, -1)] * 2),
        ("upsample 2 > maxpool 2", "1,5,4", [(1, 1, 0)] * 2),
        ("residual(conv 3x3 p1 > conv 3x3 p1)", "1,9,9", [(5, 1, -2)] * 2),
        ("concat(identity | conv 3x3 p1 | conv 1x7 p0x3)", "1,9,9", [(3, 1, -1), (7, 1, -3)]),
        ("adaptiveavg 3", "1,6,5", [(2, 2, 0), (3, 5 / 3, 0)]),
        ("conv 3x3 p1 > in", "1,9,9", [(9, 0, 0)] * 2),
        ("embedding 50 8 > transpose > conv 4@3 > conv 4@3", "9", [(5, 1, 0)]),
        ("linear 256 > relu", "784", [(784, 0, 0)]),
        ("pad 2 > conv 3x3", "1,9,9", [(3, 1, -2)] * 2),
        ("relu", "1,9,9", [(1, 1, 0)] * 2),
    ],
)
def test_known_fields(spec: str, x: str, expected: list[tuple[object, object, object]]) -> None:
    assert sizes_jumps_starts(spec, x) == expected


def test_fields_in_letters() -> None:
    assert [tuple(map(str, a)) for a in sizes_jumps_starts("conv KxK sS pP > conv 3x3", "C,M,N")] == [
        ("K + 2*S", "S", "-P")
    ] * 2
    assert [str(a[0]) for a in sizes_jumps_starts("conv 3x3 p1 > flatten > linear 10", "1,M,N")] == ["M", "N"]


def test_vgg16_has_the_field_of_the_literature() -> None:
    """212 before the classifier (Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks")."""
    vgg = " > ".join(f"{n} * (conv 8@3x3 p1) > maxpool 2" for n in (2, 2, 3, 3, 3))
    assert sizes_jumps_starts(vgg, "3,224,224")[0][:2] == (212, 32)


# Nearer than this to an end of the input, padding between the layers stands for part of a field.
EDGE = 16


Step = tuple[str, int, int, int, int]  # (kind, k, s, p, d); a pad is ("pad", before, after, 0, 1)


def brute_force(steps: list[Step], seen: list[set[int]]) -> list[set[int]]:
    """What each output sees, by following every cell through windows, transposed windows and paddings."""
    for kind, k, s, p, d in steps:
        count = len(seen)
        if kind == "conv":
            places = [[o * s - p + d * j for j in range(k)] for o in range((count + 2 * p - d * (k - 1) - 1) // s + 1)]
        elif kind == "convt":
            out = (count - 1) * s - 2 * p + d * (k - 1) + 1
            places = [[i for i in range(count) if any(o + p == i * s + d * j for j in range(k))] for o in range(out)]
        else:
            places = [[o] for o in range(-k, count + s)]
        seen = [set().union(*(seen[c] for c in cells if 0 <= c < count), set()) for cells in places]
    return seen


def spec_of(steps: list[Step]) -> str:
    texts = [f"pad sides={k}x{s}" if kind == "pad" else f"{kind} {k} s{s} p{p} d{d}" for kind, k, s, p, d in steps]
    return " > ".join(texts) or "identity"


def every_cell(size: int) -> list[set[int]]:
    return [{i} for i in range(size)]


@pytest.mark.parametrize("seed", range(300))
def test_against_brute_force(seed: int) -> None:
    stream = random.Random(seed)
    size = 80
    windows: list[Step] = []
    for _ in range(stream.randint(1, 4)):
        kind = stream.choice(("conv", "conv", "convt"))
        k, s, d = stream.randint(1, 4), stream.randint(1, 3), stream.choice((1, 1, 2))
        p = stream.randint(0, k // 2)
        windows.append((kind, k, s, p, d))
    try:
        traced = cc.trace(spec_of(windows), (1, size))
    except cc.ShapeError:
        return
    (axis,) = traced[-1].receptive_field
    assert isinstance(axis, Axis)
    seen = brute_force(windows, every_cell(size))
    assert len(seen) == traced.output[1]
    together = set().union(*seen)
    assert axis.hull is not None
    low, high = axis.hull
    if all(d == 1 for *_, d in windows):
        assert (low, high) == ((min(together), max(together)) if together else (0, -1))
    else:  # the gaps of a dilated window at the edge may hide an end
        assert not together or (low <= min(together) and max(together) <= high)
    inner = 0
    for output, cells in enumerate(seen):
        interval = axis.at(output)
        if interval is None:
            assert not cells
            continue
        assert not cells or (interval[0] <= min(cells) and max(cells) <= interval[1])
        if interval[0] >= EDGE and interval[1] < size - EDGE and axis.step:
            inner += 1
            assert (min(cells), max(cells)) == interval
    assert inner or not axis.step or axis.size + axis.step > size - 2 * EDGE - 8


def some_steps(stream: random.Random, most: int, dilations: tuple[int, ...] = (1,)) -> list[Step]:
    """Strides past the kernel and padding wider than it: cells are left out, and others kept that see padding alone."""
    found: list[Step] = []
    for _ in range(stream.randint(0, most)):
        kind = stream.choice(("conv", "conv", "conv", "convt", "pad"))
        if kind == "pad":
            found.append((kind, stream.randint(-2, 3), stream.randint(-2, 3), 0, 1))
        else:
            k, s, p = stream.randint(1, 4), stream.randint(1, 5), stream.randint(0, 4)
            found.append((kind, k, s, p, stream.choice(dilations)))
    return found


def agrees(axis: Axis, seen: list[set[int]], size: int) -> None:
    """The field never leaves out a cell, and where it is sure its ends are the real ones."""
    together = set().union(*seen)
    assert axis.hull is not None
    if axis.sure:
        assert axis.hull == ((min(together), max(together)) if together else (0, -1))
    for output, cells in enumerate(seen):
        interval = axis.at(output)
        if axis.step is not None and interval is not None:
            assert not cells or (interval[0] <= min(cells) and max(cells) <= interval[1])


def test_chains_against_brute_force() -> None:
    stream = random.Random(0)
    compared = sure = 0
    for _ in range(4000):
        size, steps = stream.randint(3, 40), some_steps(stream, 4)
        try:
            (axis,) = cc.trace(spec_of(steps), (1, size))[-1].receptive_field
        except cc.ShapeError:
            continue
        if axis is not None:
            agrees(axis, brute_force(steps, every_cell(size)), size)
            compared, sure = compared + 1, sure + axis.sure
    assert compared > 1500
    assert sure > 1000


def test_branches_against_brute_force() -> None:
    """Two branches of random steps, cropped to one size, between random steps."""
    stream = random.Random(1)
    compared = sure = 0
    for _ in range(6000):
        size, before, after = stream.randint(3, 40), some_steps(stream, 2), some_steps(stream, 2)
        branches = [some_steps(stream, 2, (1, 1, 2, 3)) for _ in range(2)]
        try:
            middle = cc.trace(spec_of(before), (1, size)).output
            ends = [cc.trace(spec_of(branch), middle).output[1] for branch in branches]
            for branch, end in zip(branches, ends, strict=True):
                if end > min(ends):
                    branch.append(("pad", 0, min(ends) - end, 0, 1))
            joined = f"{spec_of(before)} > concat({spec_of(branches[0])} | {spec_of(branches[1])}) > {spec_of(after)}"
            (axis,) = cc.trace(joined, (1, size))[-1].receptive_field
        except cc.ShapeError:
            continue
        seen = brute_force(before, every_cell(size))
        parts = [brute_force(branch, seen) for branch in branches]
        seen = brute_force(after, [a | b for a, b in zip(*parts, strict=True)])
        if axis is not None:
            agrees(axis, seen, size)
            compared, sure = compared + 1, sure + axis.sure
    assert compared > 1500
    assert sure > 1000


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ("upsample 2 linear", 9),
        ("upsample 0.5 linear", 12),
        ("upsample 4 linear", 5),
        ("upsample size=15 linear", 9),
    ],
)
def test_linear_interpolation_sees_the_cells_with_a_weight(spec: str, size: int) -> None:
    """A NaN would pass a weight of zero, so here one input cell is raised and the outputs that change are counted."""
    import torch

    net = cc.parse(spec)
    (axis,) = cc.trace(net, (1, size))[-1].receptive_field
    assert axis is not None
    module = net.module((1, size))
    plain = module(torch.zeros(1, 1, size))[0, 0]
    for cell in range(size):
        raised = torch.zeros(1, 1, size)
        raised[0, 0, cell] = 1000.0
        changed = (module(raised)[0, 0] - plain).abs() > 0.01
        for output, reached in enumerate(changed.tolist()):
            interval = axis.at(output)
            assert interval is not None
            assert reached == (interval[0] <= cell <= interval[1]), (output, cell)
