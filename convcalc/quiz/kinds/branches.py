"""Branches that meet: concatenations as in Inception and DenseNet, sums as in ResNet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from convcalc.layers import Layer, chain
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import ShapeAnswer
from convcalc.quiz.drawing import SPATIAL, image, worked, wrong_shapes
from convcalc.quiz.pytorch import custom_model, line
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import Shape, show_shape, wholes
from convcalc.spec import parse
from convcalc.tracing import Row, trace

CAT_HINT: Two = (
    "cat along dim=1 adds the channels of the branches; height and width must be the same and stay.",
    "cat theo dim=1 cộng số channel của các nhánh; chiều cao và chiều rộng phải bằng nhau và giữ nguyên.",
)
SUM_HINT: Two = (
    "A sum needs equal shapes and keeps them.",
    "Phép cộng cần hai shape giống nhau và giữ nguyên shape đó.",
)


@kind("branches", "the output shape where branches meet", "shape của output khi các nhánh gặp nhau")
def branches(level: str, s: Draws) -> Draft | None:
    """Two branches, then three after a layer; at level hard a residual block at half of the seeds."""
    x = image(s, "medium")
    if level == "hard" and s.steady.chance(2):
        return _residual(s, x)
    return _concat(level, s, x)


def _concat(level: str, s: Draws, x: Shape) -> Draft | None:
    stem: list[Layer] = []
    into = x
    if level != "easy":
        k = s.pick((3, 5, 7))
        stem = [parse(f"conv {s.pick((8, 16, 24, 32))}@{k} s2 p{s.pick((0, k // 2))}")]
        into = stem[0].shape(x)
        if min(wholes(into)[1:]) < 4:
            return None
    outs = [s.pick((4, 6, 8, 12, 16, 24)) for _ in range(2 if level == "easy" else 3)]
    kernels = s.shuffled((1, 3, 5))
    made = [parse(f"conv {out}@{k}" + (f" p{k // 2}" if k > 1 else "")) for out, k in zip(outs, kernels, strict=False)]
    pooled = level != "easy" and s.chance(2)
    if pooled:
        made[-1] = parse("maxpool 3 s1 p1")
    if level == "hard":
        made[0] = chain(parse(f"conv {s.pick((4, 8, 10))}@1"), made[0])
    net = parse(" > ".join([*map(str, stem), f"concat({' | '.join(map(str, made))})"]))
    traced = trace(net, x)
    output = wholes(traced.output)
    lines: list[tuple[str, str]] = [("stem", line(layer, x)) for layer in stem]
    called = []
    for i, branch in enumerate(made, 1):
        inside, parts = into, branch.children() or (branch,)
        text = "x"
        for j, part in enumerate(parts):
            name = f"branch{i}" + ("ab"[j] if len(parts) > 1 else "")
            lines.append((name, line(part, inside)))
            inside, text = part.shape(inside), f"self.{name}({text})"
        called.append((f"b{i}", text))
    forward = [f"x = self.{name}(x)" for name, _ in lines[: len(stem)]]
    forward += [f"{name} = {text}" for name, text in called]
    forward.append(f"return torch.cat([{', '.join(name for name, _ in called)}], dim=1)")
    widths = [wholes(branch.shape(into))[0] for branch in made]
    before = wrong_shapes(stem, x, ["stem"]) if stem else None

    def wrongs(order: Draws) -> Iterator[Wrong]:
        sizes = output[1:]
        yield (widths[-1], *sizes), BY_NAME["one_branch_alone"]
        if pooled:
            yield (sum(widths) - widths[-1], *sizes), BY_NAME["pool_branch_forgotten"]
        if len(widths) == 2:
            yield (widths[0] * widths[1], *sizes), BY_NAME["branches_multiplied"]
        yield (sum(widths), *(size * len(widths) for size in sizes)), BY_NAME["sizes_added"]
        yield (max(widths), *sizes), BY_NAME["one_branch_alone"]
        for value, mistake in before(order) if before else ():
            yield (output[0], *value[1:]), mistake
        for name, branch in zip([name for name, _ in called], made, strict=True):
            if not branch.children():
                for value, mistake in wrong_shapes([branch], into, [name.replace("b", "branch")])(order):
                    if value[1:] != output[1:]:
                        yield (output[0], *value[1:]), mistake

    return _draft(x, output, lines, forward, traced.rows, wrongs, CAT_HINT, "torch.cat")


def _residual(s: Draws, x: Shape) -> Draft | None:
    kernels, stride = s.pick((16, 24, 32, 64)), s.pick((1, 2, 2))
    if kernels == x[0]:
        return None
    main = [parse(f"conv {kernels}@3 s{stride} p1"), parse(f"conv {kernels}@3 p1")]
    shortcut = parse(f"conv {kernels}@1 s{stride}")
    net = parse(f"residual({' > '.join(map(str, main))} | {shortcut})")
    traced = trace(net, x)
    output = wholes(traced.output)
    middle = main[0].shape(x)
    lines = [("conv1", line(main[0], x)), ("conv2", line(main[1], middle)), ("shortcut", line(shortcut, x))]
    forward = ["y = self.conv2(self.conv1(x))", "return y + self.shortcut(x)"]
    ways = wrong_shapes(main, x, ["conv1", "conv2"])

    def wrongs(order: Draws) -> Iterator[Wrong]:
        yield (2 * kernels, *output[1:]), BY_NAME["sum_adds_channels"]
        yield wholes(x), BY_NAME["shortcut_shape"]
        yield (kernels + wholes(x)[0], *output[1:]), BY_NAME["sum_adds_channels"]
        yield from ways(order)

    return _draft(x, output, lines, forward, traced.rows, wrongs, SUM_HINT, "+")


def _draft(
    x: Shape,
    output: tuple[int, ...],
    lines: Sequence[tuple[str, str]],
    forward: Sequence[str],
    rows: Sequence[Row],
    wrongs: Callable[[Draws], Iterator[Wrong]],
    hint: Two,
    meeting: str,
) -> Draft:
    called = [*(name for name, _ in lines), meeting]
    text = (
        f"The model's input has shape {show_shape(x)}. What is the shape of its output, leaving out the batch size?",
        f"Input của model có shape {show_shape(x)}. Output có shape nào? (không tính batch size)",
    )
    return Draft(
        text,
        ShapeAnswer(output),
        wrongs,
        lambda: worked(rows, SPATIAL, called),
        hint,
        code=custom_model(lines, forward, x),
    )
