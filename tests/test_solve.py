"""Solving backwards, beside brute force: every small parameter tried, and counted by a loop of its own."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from conftest import Ran
from hypothesis import given
from hypothesis import strategies as st

import convcalc as cc
from convcalc.errors import ConvcalcError
from convcalc.formula import Formula, symbol
from convcalc.rebuild import put_in
from convcalc.shape import Shape, show_shape
from convcalc.solving.asking import solve
from convcalc.solving.interval import preimage
from convcalc.torchside.sample import draw
from convcalc.tracing import trace

MOST = 6


def windows(m: int, k: int, s: int, p: int, d: int = 1) -> int:
    """How many windows there are, by laying them one by one."""
    span = d * (k - 1) + 1
    return len([start for start in range(-p, m + p, s) if start + span <= m + p])


def found(spec: str, x: str, output: str, **more: object) -> set[tuple[int, ...]]:
    answer = solve(spec, x, output, everything=True, most=MOST, **more)  # type: ignore[arg-type]
    for one in answer.solutions:  # each is what it says
        assert trace(one.layer, one.input).output == one.output
    assert (answer.reason is None) == bool(answer.solutions)
    return {tuple(one.values.values()) for one in answer.solutions}


@pytest.mark.parametrize("m", range(1, 13))
@pytest.mark.parametrize("o", range(1, 13))
def test_all_kernels_strides_and_paddings(m: int, o: int) -> None:
    wanted = {
        (k, s, p)
        for k, s, p in product(range(1, MOST + 1), range(1, MOST + 1), range(MOST + 1))
        if windows(m, k, s, p) == o
    }
    assert found("conv KxK sS pP", f"1,{m},{m}", f"1,{o},{o}") == wanted


@pytest.mark.parametrize("m", [5, 9, 12])
@pytest.mark.parametrize("o", [1, 2, 3, 5, 6])
def test_dilation_and_pools(m: int, o: int) -> None:
    tried = product(range(1, MOST + 1), range(1, MOST + 1))
    assert found("conv KxK dD s2 p1", f"1,{m},{m}", f"1,{o},{o}") == {
        (k, d) for k, d in tried if windows(m, k, 2, 1, d) == o
    }
    tried3 = product(range(1, MOST + 1), range(1, MOST + 1), range(MOST + 1))
    assert found("maxpool K sS pP", f"2,{m},{m}", f"2,{o},{o}") == {
        (k, s, p) for k, s, p in tried3 if 2 * p <= k and windows(m, k, s, p) == o
    }


@pytest.mark.parametrize(("m", "n", "o", "q"), [(7, 9, 4, 5), (6, 6, 3, 2), (5, 8, 5, 4)])
def test_letters_for_each_axis(m: int, n: int, o: int, q: int) -> None:
    axes = [
        {
            (k, s, p)
            for k, s, p in product(range(1, MOST + 1), range(1, MOST + 1), range(MOST + 1))
            if windows(size, k, s, p) == out
        }
        for size, out in ((m, o), (n, q))
    ]
    wanted = {(k1, k2, s1, s2, p1, p2) for (k1, s1, p1), (k2, s2, p2) in product(*axes)}
    got = solve("conv KxO sSxT pPxQ", f"1,{m},{n}", f"1,{o},{q}", everything=True, most=MOST)
    assert {tuple(one.values.values()) for one in got.solutions} == wanted


@pytest.mark.parametrize("letter", ["K", "S", "P", "D"])
def test_one_letter_is_an_interval_without_bounds(letter: str) -> None:
    usual = {"K": 3, "S": 2, "P": 1, "D": 2}
    for m, o in product(range(3, 30, 3), range(1, 20)):
        spec = "conv {K}x{K} s{S} p{P} d{D}".format(**usual | {letter: letter})
        answer = solve(spec, f"1,{m},{m}", f"1,{o},{o}")
        least = 0 if letter == "P" else 1
        wanted = [
            v for v in range(least, 200) if windows(m, *(v if name == letter else usual[name] for name in "KSPD")) == o
        ]
        interval = answer.intervals.get(letter)
        if interval is None:
            assert wanted == []
            assert answer.reason is not None
        else:
            high = 199 if interval.high is None else interval.high
            assert list(range(interval.low, high + 1)) == wanted


def test_inputs_of_networks_beside_all_inputs() -> None:
    stream = random.Random(5)
    compared = 0
    while compared < 60:
        net, x = draw(stream)
        if len(x) not in (2, 3):
            continue
        try:
            output = trace(net, x).output
            letters: Shape = (x[0], *(symbol(c) for c in "MN"[: len(x) - 1]))
            answer = solve(net, letters, output, "input", everything=True)
        except ConvcalcError:
            continue  # a network whose sizes cannot be letters
        compared += 1
        got = {one.input for one in answer.solutions}
        endless = [name for name, interval in answer.intervals.items() if interval.high is None]
        for sizes in [*product(range(1, 26), repeat=len(x) - 1), x[1:]]:
            other = (x[0], *sizes)
            try:
                right = trace(net, other).output == output
            except ConvcalcError:
                right = False
            values = dict(zip("MN", sizes, strict=False))
            if endless:  # only some of the solutions can be listed
                inside = all(values[name] in interval for name, interval in answer.intervals.items())
                assert inside or not right, f"{net} on {show_shape(other)}"
                assert other not in got or right
            else:
                assert right == (other in got), f"{net} on {show_shape(other)}"


small = st.integers(-40, 40)


@given(small, small, st.integers(0, 4), st.integers(1, 9), small, st.integers(-3, 3), small, small)
def test_preimages(a: int, b: int, c: int, d: int, rest: int, factor: int, low: int, high: int) -> None:
    m = symbol("M")
    f = (a * m + b) // (c * m + d) * factor + rest
    if not isinstance(f, Formula):
        return
    interval = preimage(f, "M", low, high)
    if interval is None:  # only where the letter is in several places that no one form joins
        assert len(f.expanded) > 1
        assert abs(factor) > 1 or c > 0
        return
    for value in range(1, 120):
        inside = low <= factor * ((a * value + b) // (c * value + d)) + rest <= high
        assert inside == (value in interval)


@pytest.mark.parametrize("kernel", range(1, 7))
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding(kernel: int, dilation: int, stride: int) -> None:
    answer = solve(f"conv {kernel}x{kernel} s{stride} d{dilation}", find="padding")
    total = dilation * (kernel - 1)
    if total % 2 == 0:
        assert answer.solutions[0].values == {"P": total // 2}
    else:
        assert answer.solutions == []
        assert "odd" in answer.reason[0]  # type: ignore[index]
    best = answer.solutions[0] if answer.solutions else answer.nearest
    assert best is not None
    for m in range(1, 20):
        assert best.layer.shape((2, m, m))[1:] == (-(-m // stride),) * 2


def test_same_for_a_network_and_one_input() -> None:
    answer = solve("conv 8@5x5 > relu > conv 8@3x3 s2 > conv 4@7x7 d2", find="padding")
    assert answer.solutions[0].values == {"P1": 2, "P2": 1, "P3": 6}
    assert str(answer.solutions[0].layer) == "conv 8@5x5 p2 > relu > conv 8@3x3 s2 p1 > conv 4@7x7 p6 d2"
    even = solve("conv 4x4 s2", "1,28,28", find="padding")  # an even input leaves a choice
    assert even.solutions[0].output == (1, 14, 14)
    residual = solve("residual(conv 8@3x3 > conv 8@5x5)", "8,9,9", find="padding")
    assert residual.solutions[0].output == (8, 9, 9)


def test_transposed_convolutions_that_double() -> None:
    answer = solve("convt KxK sS pP opA", "8,M,N", "8,2*M,2*N", everything=True, most=7)
    got = {tuple(one.values.values()) for one in answer.solutions}
    wanted = {
        (k, s, p, a)
        for k, s, p, a in product(range(1, 8), range(1, 8), range(8), range(8))
        if a < max(s, 1) and all((m - 1) * s - 2 * p + k + a == 2 * m for m in range(8, 40))
    }
    assert got == wanted
    import torch

    for k, s, p, a in sorted(got)[:12]:
        layer = torch.nn.ConvTranspose2d(1, 1, k, s, p, a)
        assert layer(torch.zeros(1, 1, 9, 12)).shape[2:] == (18, 24)


@pytest.mark.parametrize("field", range(1, 60))
@pytest.mark.parametrize(("spec", "kernel", "stride"), [("conv 3x3", 3, 1), ("conv 5x5 s2", 5, 2), ("maxpool 2", 2, 2)])
def test_the_fewest_layers_for_a_receptive_field(field: int, spec: str, kernel: int, stride: int) -> None:
    answer = solve(f"N * ({spec})", field=field)
    times, seen, jump = 1, kernel, stride
    while seen < field:
        times, seen, jump = times + 1, seen + (kernel - 1) * jump, jump * stride
    assert answer.solutions[0].values == {"N": times}


@pytest.mark.parametrize(
    ("spec", "field"),
    [("conv 7x7 s2 p3 > maxpool 3 s2 p1 > N * (conv 3x3 p1)", 100), ("N * (conv 3x3 > maxpool 2) > conv 5x5", 999),
     ("N * (conv 3x2)", 41), ("conv 3x3 > 2 * (N * (conv 3x3 d2))", 77), ("N * (residual(conv 1@3x3 p1))", 50)],
)  # fmt: skip
def test_the_fewest_layers_of_longer_networks(spec: str, field: int) -> None:
    answer = solve(spec, field=field)
    times = answer.solutions[0].values["N"]
    sizes = [
        min(
            axis.size
            for axis in trace(cc.parse(spec.replace("N *", f"{n} *")), "1,100000,100000").rows[-1].receptive_field
        )  # type: ignore[union-attr,type-var]
        for n in (times, times - 1)
        if n
    ]
    assert sizes[0] >= field
    assert len(sizes) == 1 or sizes[1] < field


def test_what_never_sees_more() -> None:
    answer = solve("N * (conv 1x1)", field=3)
    assert answer.solutions == []
    assert "sees what the one before it sees" in answer.reason[0]  # type: ignore[index]
    assert "more than 100000" in solve("N * (conv 3x3)", field=1_000_000).reason[0]  # type: ignore[index]


@pytest.mark.parametrize("budget", [27, 28, 500, 1000, 12345])
def test_filters_for_a_budget(budget: int) -> None:
    answer = solve("conv F@3x3 p1", "3,32,32", params=budget)
    most = max((f for f in range(1, 1000) if 28 * f <= budget), default=0)
    if most:
        assert answer.intervals["F"] == (1, most)
        assert answer.solutions[0].values == {"F": most}
        assert answer.solutions[0].params == 28 * most
    else:
        assert "at least 28" in answer.reason[0]  # type: ignore[index]


def test_two_numbers_of_filters_for_a_budget() -> None:
    answer = solve("conv F@3x3 > conv G@3x3", "3,9,9", params=600, everything=True)
    wanted = {(f, g) for f, g in product(range(1, 700), repeat=2) if 28 * f + (9 * f + 1) * g <= 600}
    assert {tuple(one.values.values()) for one in answer.solutions} == wanted


@pytest.mark.parametrize(
    ("spec", "x", "output", "said", "nearest"),
    [
        ("conv 3x3 pP", "1,28,28", "27,27", "always even", "pad sides=0x1x0x1 > conv 3x3"),
        ("conv 4x4 pP", "1,28,28", "28,28", "always odd", "pad sides=1x2x1x2 > conv 4x4"),
        ("conv 3x3 s2 pP", "1,28,28", "8,8", "at least 13", "conv 3x3 s2"),
        ("conv KxK", "1,28,28", "30,30", "at most 28", "conv 1x1"),
        ("conv 6@KxK", "1,28,28", "8,24,24", "is 6, whatever", "conv 6@5x5"),
        ("conv KxK sS pP", "1,28,30", "14,10", "each size can be reached", None),
        ("conv 3x3 sS", "1,28,28", "11,11", "can be 9 or 13, but nothing in between", None),
        ("conv 3x3 sS > conv 9x9", "1,5,5", "3,3", "no S fits the layers at all", None),
        ("convt 2x2 s4 opA", "1,3,3", "7,7", "at least 10", "convt 2x2 s4"),
    ],
)
def test_no_solution_is_an_answer(spec: str, x: str, output: str, said: str, nearest: str | None) -> None:
    answer = solve(spec, x, output)
    assert answer.solutions == []
    assert answer.reason is not None
    assert said in answer.reason[0]
    assert answer.reason[1]
    if nearest is not None:
        assert str(answer.nearest.layer) == nearest  # type: ignore[union-attr]


def test_sizes_that_no_input_gives() -> None:
    assert "always even" in solve("upsample 2", None, "3,7,7", "input").reason[0]  # type: ignore[index]
    assert "1 more than a multiple of 3" in solve("convt 1x1 s3", None, "2,9,9", "input").reason[0]  # type: ignore[index]
    assert "at least 5" in solve("conv 3x3 p3", None, "1,2,2", "input").reason[0]  # type: ignore[index]


@pytest.mark.parametrize("budget", [100, 1000, 5000, 10_000, 98_468, 1_000_000])
def test_one_letter_in_a_product(budget: int) -> None:
    answer = solve("conv F@3x3 > relu > conv F@3x3", "3,28,28", params=budget)
    most = max(f for f in range(1, 400) if 28 * f + (9 * f + 1) * f <= budget)
    assert answer.intervals["F"] == (1, most)
    assert answer.solutions[0].values == {"F": most}
    dense = solve("linear F > relu > linear F > linear 10", "784", params=max(budget, 1000))
    most = max(f for f in range(1, 1200) if 785 * f + (f + 1) * f + (f + 1) * 10 <= max(budget, 1000))
    assert dense.solutions[0].values == {"F": most}


@pytest.mark.parametrize("m", range(5, 60, 7))
def test_square_inputs_before_a_linear_layer(m: int) -> None:
    features = 6 * ((m - 4) // 2) ** 2
    if not features:
        return
    answer = solve("conv 6@5x5 > maxpool 2 > flatten", "1,M,M", str(features), "input")
    wanted = [n for n in range(6, 100) if 6 * ((n - 4) // 2) ** 2 == features]
    assert [one.values["M"] for one in answer.solutions] == wanted
    assert answer.intervals["M"] == (wanted[0], wanted[-1])


@pytest.mark.parametrize("size", [20, 32, 33])
@pytest.mark.parametrize("out", range(1, 12))
def test_repeats_beside_all_repeats(size: int, out: int) -> None:
    wanted = set()
    for n, t in product(range(1, 20), range(1, 6)):
        m = size - 2 * n
        for _ in range(t):
            m = m // 2 if m >= 2 else 0
        if m == out:
            wanted.add((n, t))
    answer = solve("N * (conv 3x3) > T * (maxpool 2)", f"1,{size},{size}", f"{out},{out}", everything=True)
    assert {(one.values["N"], one.values["T"]) for one in answer.solutions} == wanted
    assert (answer.reason is None) == bool(wanted)


def test_repeats_far_from_few() -> None:
    assert solve("N * (conv 3x3)", "1,224,224", "2,2").solutions[0].values == {"N": 111}
    both = solve("N * (conv KxK)", "1,28,28", "20,20")
    assert [tuple(one.values.values()) for one in both.solutions] == [(4, 3), (2, 5), (1, 9), (8, 2)]
    budget = solve("N * (conv 8@3x3 p1)", "8,32,32", params=5000)
    assert budget.solutions[0].values == {"N": 8}
    assert budget.counted
    none = solve("N * (conv 3x3)", "1,50,50", "7,7")
    assert none.nearest.values in ({"N": 21}, {"N": 22})  # type: ignore[union-attr]
    assert "N = 21 gives (1, 8, 8)" in none.reason[0]  # type: ignore[index]
    assert "for every number of repeats" in solve("N * (conv 3x3 p1) > maxpool 2", "3,32,32", "4,4").reason[0]  # type: ignore[index]
    assert "no room" in solve("N * (conv 3x3)", "1,20,20", field=31).reason[0]  # type: ignore[index]
    assert solve("N * (conv 3x3)", "1,4,4", field=3).solutions[0].values == {"N": 1}
    several = solve("N * (conv 3x3) > M * (conv 5x5)", field=31)
    assert sum(several.solutions[0].values.values()) == 8


@pytest.mark.parametrize(
    ("spec", "x", "output"),
    [
        ("conv KxK sS pP", "1,9,9", "25,25"), ("conv KxK sS pP", "1,7,12", "5,5"), ("maxpool 3 s2 pP", "1,10,10", "8,8"),
        ("maxpool 5 s2 pP d2", "1,10,10", "5,5"), ("convt 3x3 s2 p1 opA", "1,7,7", "20,20"), ("convt 3x3 s3 p3 opA", "1,7,7", "20,20"),
        ("conv KxK", "1,28,40", "10,10"), ("conv 5x5 dD", "1,20,40", "4,8"), ("conv KxK sS pP dD", "1,90,90", "2,2"),
        ("conv 3x3 sS pP", "1,11,13", "7,3"), ("avgpool K sS pP", "1,9,9", "12,12"), ("conv KxK dD s2 p1", "1,9,9", "7,7"),
    ],
)  # fmt: skip
def test_the_nearest_is_the_nearest(spec: str, x: str, output: str) -> None:
    """No assignment of small numbers comes closer, and what is said to be the least or the most is."""
    answer = solve(spec, x, output, most=6)
    assert answer.nearest is not None
    wanted = tuple(map(int, output.split(",")))

    def off(sizes: tuple[int, ...]) -> int:
        return sum(abs(a - b) for a, b in zip(sizes, wanted, strict=True))

    letters = [c for c in "KSPDA" if c in spec.replace("SS", "").upper() and c in spec]
    best: list[tuple[int, tuple[int, ...]]] = []
    for numbers in product(range(7 if len(letters) > 1 else 60), repeat=len(letters)):
        try:
            net = put_in(cc.parse(spec), dict(zip(letters, numbers, strict=True)))
            best.append((off(trace(net, x).output[1:]), trace(net, x).output[1:]))  # type: ignore[arg-type]
        except ConvcalcError:
            continue
    if str(answer.nearest.layer).startswith("pad"):
        return  # padding that is not the same on both sides comes closer than any number
    assert off(answer.nearest.output[1:]) == min(best)[0]  # type: ignore[arg-type]
    said = answer.reason[0]  # type: ignore[index]
    for word, found in (("at least", min), ("at most", max)):
        if word in said:
            axis = 0 if "height" in said else 1
            assert f"{word} {found(sizes[axis] for _, sizes in best)}," in said


def test_what_holds_at_some_sizes_only_is_not_said_of_all() -> None:
    answer = solve("conv KxK", field=7)
    assert answer.intervals["K"] == (7, None)
    assert answer.more is None
    few = solve("conv 20x20 s20 pP", "1,M,M", "1,(M+2)//20,(M+2)//20")
    assert [one.values for one in few.solutions] == [{"P": 1}]
    assert (few.intervals, few.more) == ({}, 0)
    assert "for every M, N" in solve("conv 3x3 pP", "1,M,N", "5,5").reason[0]  # type: ignore[index]


def test_letters_of_the_network_and_of_the_input_are_apart() -> None:
    answer = solve("conv 3x3 sN", None, "1,5,5", "input")
    assert answer.solutions[0].values == {"N": 1, "M": 7, "N1": 7}


def test_every_solution_is_counted() -> None:
    some = solve("conv KxO sSxT pPxQ", "1,28,28", "1,14,14")
    every = solve("conv KxO sSxT pPxQ", "1,28,28", "1,14,14", everything=True)
    assert len(some.solutions) + some.more == len(every.solutions) + every.more  # type: ignore[operator]
    assert solve("lenet", None, "10", "input").more is None
    large = solve("conv F@3x3 p1", "3,32,32", params=50_000_000)
    assert large.solutions[0].values == {"F": 1_785_714}


def test_padding_of_layers_that_stand_in_several_places() -> None:
    answer = solve("3 * (conv 8@4x4 s2)", "8,28,28", find="padding")
    assert answer.solutions == []
    assert answer.nearest.output == (8, 4, 4)  # type: ignore[union-attr]
    assert solve("2 * (conv 8@4x4 s2)", "8,28,28", find="padding").solutions[0].output == (8, 7, 7)
    assert solve("conv 3x3 sS", find="padding").solutions[0].values == {"P": 1}
    assert solve("conv 4x4 s2", "3,28,27", find="padding").solutions[0].values == {"P": 1, "Q": 2}


def test_kernels_come_from_the_output() -> None:
    assert str(solve("conv KxK sS pP", "C,M,N", "C,M,N").solutions[0].layer) == "conv C@1x1"
    assert solve("residual(conv 3x3 p1)", None, "8,7,7", "input").solutions[0].input == (8, 7, 7)


def test_marks_are_marks_in_the_answer() -> None:
    assert solve("nn.Linear(?, 10)", "25").solutions[0].values == {"?": 25}
    assert solve("conv 3x3 s? p?", "1,56,56", "28,28").solutions[0].values == {"S": 2, "P": 1}


def test_the_order_is_what_the_page_says() -> None:
    answer = solve("conv KxK sS pP", "1,28,28", "1,14,14")
    assert [tuple(one.values.values()) for one in answer.solutions][:6] == [
        (3, 2, 1), (5, 2, 2), (7, 2, 3), (9, 2, 4), (11, 2, 5), (2, 2, 0),
    ]  # fmt: skip
    pools = solve("maxpool K sS pP", "8,28,28", "8,14,14")
    assert pools.solutions[0].values == {"K": 2, "S": 2, "P": 0}


def test_numbers_of_features() -> None:
    answer = solve("conv 6@5x5 > maxpool 2 > flatten > nn.Linear(?, 10)", "3,32,32")
    assert list(answer.solutions[0].values.values()) == [6 * 14 * 14]
    named = solve("lenet", find="in_features")
    assert list(named.solutions[0].values.values()) == [400, 120, 84]
    letters = solve("conv 6@5x5 > flatten > linear 10", "1,M,N", find="in_features")
    m, n = symbol("M"), symbol("N")
    assert letters.solutions[0].values == {"in_features": 6 * (m - 4) * (n - 4)}


NET = """
import torch.nn as nn, torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(NUMBER, 120)
        self.fc2 = nn.Linear(120, 10)
    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(x.size(0), -1)
        return self.fc2(F.relu(self.fc1(x)))
"""


@pytest.mark.parametrize("number", ["?", "400"])
def test_numbers_of_features_in_code(number: str, tmp_path: Path, convcalc: Callable[..., Ran]) -> None:
    path = tmp_path / "net.py"
    path.write_text(NET.replace("NUMBER", number))
    ran = convcalc("solve", f"{path}:Net", "--for", "in_features", "-i", "3,48,48", "--json")
    assert json.loads(ran.out)["solutions"][0]["values"] == {"fc1": 16 * 9 * 9, "fc2": 120}
    said = convcalc("solve", f"{path}:Net", "--for", "in_features", "-i", "3,48,48").out
    assert ("fc1 is 400 as it is written" in said) == (number == "400")


def test_inputs_that_code_was_written_for(tmp_path: Path, convcalc: Callable[..., Ran]) -> None:
    path = tmp_path / "net.py"
    path.write_text(NET.replace("NUMBER", "400"))
    ran = convcalc("solve", f"{path}:Net", "--for", "input", "-o", "10", "--all", "--json")
    got = {tuple(one["input"]) for one in json.loads(ran.out)["solutions"]}
    wanted = {(3, m, n) for m, n in product(range(16, 200), repeat=2) if 16 * ((m - 12) // 4) * ((n - 12) // 4) == 400}
    assert got == wanted


def test_marks_in_code_that_the_input_cannot_decide(tmp_path: Path, convcalc: Callable[..., Ran]) -> None:
    path = tmp_path / "net.py"
    path.write_text(NET.replace("NUMBER", "?").replace("nn.MaxPool2d(2, 2)", "nn.MaxPool2d(2, stride=?)"))
    ran = convcalc("solve", f"{path}:Net", "--for", "in_features", "-i", "3,48,48")
    assert ran.code == 2
    assert "stride of pool is a ?" in ran.err
    path.write_text(NET.replace("NUMBER", "?"))
    asked = convcalc("solve", str(path), "-i", "3,48,48", "--json")
    assert json.loads(asked.out)["solutions"][0]["values"]["fc1"] == 1296
    path.write_text(NET.replace("nn.Conv2d(3, 6, 5)", "nn.Conv2d(?, 6, 5)").replace("NUMBER", "400"))
    assert json.loads(convcalc("solve", str(path), "--for", "input", "-o", "10", "--json").out)["solutions"][0][
        "input"
    ] == ["C", 32, 32]


def test_the_contract(convcalc: Callable[..., Ran]) -> None:
    ran = convcalc("solve", "conv 3x3 s2 > conv 3x3 s2", "--output", "8,5,5", "--for", "input", "--json")
    answer = json.loads(ran.out)
    assert answer["intervals"] == {"M": [23, 26], "N": [23, 26]}
    assert answer["reason"] is None
    first = answer["solutions"][0]
    assert (first["spec"], first["input"], first["output"], first["values"]) == (
        "conv 3x3 s2 > conv 8@3x3 s2", ["C", 23, 23], [8, 5, 5], {"M": 23, "N": 23},
    )  # fmt: skip
    ran = convcalc("solve", "lenet", "--for", "input", "-o", "10", "--json")
    assert json.loads(ran.out)["intervals"] == {"M": [16, None], "N": [16, None]}


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize(
    "words",
    [
        ("conv KxK sS pP", "-i", "1,28,28", "-o", "1,14,14"),
        ("conv 3x3 s2 > conv 3x3 s2", "-o", "8,5,5", "--for", "input"),
        ("conv 4x4 s2", "--for", "padding"),
        ("N * (conv 3x3)", "--field", "31"),
        ("conv F@3x3 p1", "-i", "3,32,32", "--params", "1000"),
        ("conv 3x3 pP", "-i", "1,28,28", "-o", "27,27"),
    ],
)
def test_what_is_printed(lang: str, words: tuple[str, ...], convcalc: Callable[..., Ran], golden: Callable[[str, str], None]) -> None:  # fmt: skip
    ran = convcalc("solve", *words, "--lang", lang)
    assert ran.code == 0
    name = "".join(c if c.isalnum() else "-" for c in "_".join(words))
    golden(f"solve/{name}.{lang}.txt", ran.out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("conv KxK", "-i", "1,9,9"), "nothing is asked for"),
        (("conv KxK", "-o", "1,9,9"), "input"),
        (("conv KxK", "-i", "1,9,9", "-o", "9"), "other axes"),
        (("conv KxK", "--for", "padding"), "2P = D·(K − 1)"),
        (("conv 3x3 > conv 3x3", "--for", "stride", "-i", "1,9,9", "-o", "3,3"), "2 layers"),
        (("relu", "--for", "padding"), "0 layers"),
        (("relu", "--for", "in_features", "-i", "9"), "no linear layer"),
        (("conv 3x3", "--for", "speed"), "nothing that can be asked for"),
        (("conv 3x3", "--for", "input"), "nothing is asked for"),
        (("conv 3x3", "--for", "input", "-i", "1,9,9", "-o", "7,7"), "no letter"),
        (("conv 3z3", "-i", "1,9,9", "-o", "7,7"), "3z3"),
        (("conv KxO sSxT pPxQ dDxE > conv AxA sB pG > conv HxH", "-i", "1,99,99", "-o", "7,7"), "combinations"),
        (("conv KxK", "-i", "1,9,9", "-o", "7,7", "--most", "0"), "--most"),
        (("conv KxK", "-i", "1,9,9", "--params", "-3"), "--params"),
        (("convt KxK s2", "-i", "1,9,9", "--field", "7"), "receptive field"),
        (("?" * 20, "-i", "1"), "question marks"),
    ],
)
def test_bad_questions(words: tuple[str, ...], said: str, convcalc: Callable[..., Ran]) -> None:
    ran = convcalc("solve", *words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert convcalc("solve", *words, "--lang", "vi").code == 2


def test_put_in_keeps_what_is_shared() -> None:
    body = cc.parse("residual(conv F@3x3 p1 > relu)")
    net = cc.Repeat(3, body)
    made = put_in(net, {"F": 4})
    assert str(made) == "3 * (residual(conv 4@3x3 p1 > relu))"
