"""Pictures say what they should: every text where it can be read, every size and count there, and the sums right."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Ran
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from convcalc.compute import compute
from convcalc.errors import ConvcalcError
from convcalc.figures.compare import compare, compared, depth
from convcalc.figures.cost import cost
from convcalc.figures.example import example_data, example_kernel
from convcalc.figures.field import field, seen
from convcalc.figures.labels import amount, size_label
from convcalc.figures.network import network
from convcalc.figures.stages import MOST_STAGES, stages
from convcalc.figures.steps import Scene, along, animation, frame, strip, window_of
from convcalc.figures.style import content
from convcalc.layers import Conv
from convcalc.models import MODELS
from convcalc.quiz.making import make
from convcalc.scan import as_shape
from convcalc.spec import parse, read_spec
from convcalc.torchside.sample import draw
from convcalc.tracing import trace

NAMES = list(MODELS)
SPECS = [
    ("conv 8@3 s2 > relu > maxpool 2 > flatten > linear 2", "2,40"),
    ("conv 4@3x3x3 > maxpool 2 > flatten > linear 3", "1,12,20,20"),
    ("concat(identity | conv 8@3x3 p1 | conv 8@1x1 > conv 8@5x5 p2 | maxpool 3 s1 p1) > conv 4@1x1", "3,32,32"),
    ("residual(conv 3@3x3 p1 > relu > conv 3@3x3 p1)", "3,9,17"),
    ("graph(a: conv 8@3x3 p1; b: maxpool 2; c: conv 16@3x3 p1; d: upsample 2; e: cat < a, d; f: conv 2@1x1)", "3,32,32"),
    ("3 * (2 * (conv 8@3x3 p1 > relu) > maxpool 2) > gap > flatten > linear 10", "3,64,64"),
    ("5 * (conv 8@3x3 p1 > bn > relu > conv 16@1x1 > relu) > 7 * (residual(conv 16@3x3 p1)) > flatten > linear 1", "3,64,64"),
    ("relu", "3,4,4"),
    ("linear 100000 > relu > linear 1", "7"),
    ("conv 512@1x1", "1,1,1"),
]  # fmt: skip


def given(spec: str, x: str | None = None) -> tuple[Any, Any]:
    read = read_spec(spec)
    return read.layer, as_shape(x or read.usual_input)


def texts(made: Figure) -> list[tuple[Text, Any]]:
    """Every text that is drawn, with its box in pixels."""
    canvas = FigureCanvasAgg(made)
    canvas.draw()
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    found = [t for t in made.texts if t.get_text()]
    return [(text, text.get_window_extent(renderer)) for text in found]


def can_be_read(made: Figure) -> list[str]:
    """Asserts that no text is cut by the page or by another text; returns the texts."""
    boxes = texts(made)
    width, height = made.get_size_inches() * made.dpi
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"{text.get_text()!r} is cut: {box}"
        assert text.get_fontsize() * (text.figure.dpi / 72) >= 6
    for (one, a), (two, b) in combinations(boxes, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart, f"{one.get_text()!r} and {two.get_text()!r} overlap"
    return [text.get_text() for text, _ in boxes]


# -- networks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_model_can_be_read(name: str) -> None:
    net, x = given(name)
    made = stages(net, x)
    said = can_be_read(network(net, x, "vi", "dark", f"Mạng {name}"))
    assert f"Mạng {name}" in said
    for stage in made:
        assert stage.kind == "gap" or any(text.startswith(size_label(stage.shape)) for text in said)
    assert made[-1].shape == trace(net, x).output
    assert any(amount(trace(net, x).params, "vi") in text for text in said)  # type: ignore[arg-type]


@pytest.mark.parametrize(("spec", "x"), SPECS)
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_kind_of_network_can_be_read(spec: str, x: str, lang: str) -> None:
    net, shape = given(spec, x)
    said = can_be_read(network(net, shape, lang))
    assert size_label(trace(net, shape).output) in said  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["lenet", "vgg16", "resnet152", "densenet121", "fcn8s", "rcnn-fpn", "alphago"])
def test_the_stages_add_up_to_the_network(name: str) -> None:
    net, x = given(name)
    made, traced = stages(net, x), trace(net, x)
    assert sum(stage.params for stage in made) == traced.params
    assert sum(stage.macs for stage in made) == traced.macs
    assert sum(stage.memory for stage in made) == traced.memory.activations


def test_repeated_blocks_are_folded() -> None:
    net, x = given("resnet152")
    assert [stage.times for stage in stages(net, x) if stage.times > 1] == [2, 7, 35, 2]
    said = can_be_read(network(net, x))
    assert {"× 2", "× 7", "× 35"} <= set(said)
    assert said.count("+") == 8  # four stages, each a block with a shortcut and a run without one
    vgg, x = given("vgg16")
    assert [stage.times for stage in stages(vgg, x) if stage.times > 1] == [2, 2, 3, 3, 3]


def test_small_networks_are_not_folded() -> None:
    made = stages(parse("2 * (conv 4@3x3 p1 > relu) > maxpool 2"), (1, 8, 8))
    assert [(stage.lines, stage.more) for stage in made[1:]] == [
        (["conv 3×3 p1"], ["relu"]), (["conv 3×3 p1"], ["relu"]), (["maxpool 2×2"], []),
    ]  # fmt: skip


def test_sheets_are_to_scale_and_as_many_as_channels() -> None:
    from matplotlib.patches import Rectangle

    made = network(parse("conv 4@5x5 > maxpool 2"), (1, 28, 28))
    boxes = [p for p in made.artists if isinstance(p, Rectangle)]
    assert len(boxes) == 1 + 4 + 4
    sizes = [round(box.get_height(), 6) for box in boxes]
    assert sizes[1] / sizes[0] == pytest.approx(24 / 28)
    assert sizes[5] / sizes[0] == pytest.approx(12 / 28)


def test_graphs_have_their_arcs() -> None:
    net, x = given(SPECS[4][0], SPECS[4][1])
    made = stages(net, x)
    joined = next(stage for stage in made if stage.lines == ["cat"])
    assert len(joined.sources) == 2
    assert made[joined.sources[0]].shape == (8, 32, 32)


@pytest.mark.parametrize("name", ["fcn8s", "rcnn-fpn"])
def test_a_graph_is_as_its_trace(name: str) -> None:
    net, x = given(name)
    shapes = {row.output for row in trace(net, x)}
    assert {stage.shape for stage in stages(net, x)[1:]} <= shapes


def test_a_thousand_layers() -> None:
    same = parse("1000 * (conv 3x3 p1 > relu)")
    assert "× 1000" in can_be_read(network(same, (1, 9, 9)))
    different = parse(" > ".join(f"conv {8 + i % 37}@3x3 p1" for i in range(1000)))
    made = stages(different, (3, 32, 32))
    assert len(made) == MOST_STAGES + 1
    gap = next(stage for stage in made if stage.kind == "gap")
    assert gap.left_out == 1001 - MOST_STAGES
    assert sum(stage.params for stage in made) == trace(different, (3, 32, 32)).params
    assert any(str(gap.left_out) in text for text in can_be_read(network(different, (3, 32, 32))))
    can_be_read(cost(different, (3, 32, 32)))
    can_be_read(field(different, (3, 32, 32)))


# -- costs, fields, comparisons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lenet", "alexnet", "resnet152", "densenet121", "rcnn-fpn", "textcnn"])
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_costs_can_be_read(name: str, lang: str) -> None:
    net, x = given(name)
    said = can_be_read(cost(net, x, lang, "light", "Chi phí"))
    assert any(text.endswith(amount(trace(net, x).macs, lang)) for text in said)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["lenet", "alexnet", "vgg16", "resnet152", "cnn-keras", "textcnn", "fcn8s"])
def test_fields_can_be_read(name: str) -> None:
    net, x = given(name)
    said = can_be_read(field(net, x, "vi", "dark", "Vùng nhìn"))
    assert seen(net, x)[-1].size in said


def test_fields_are_those_of_the_layers() -> None:
    net, x = given("lenet")
    assert [one.size for one in seen(net, x)] == ["5×5", "6×6", "14×14", "16×16", "32×32"]
    rows = trace(net, x).rows
    for one, row in zip(seen(net, x)[:4], (rows[0], rows[1], rows[3], rows[4]), strict=True):
        axis = row.receptive_field[0]
        assert axis is not None
        assert one.rows in [axis.at(i) for i in range(row.output[1])]  # type: ignore[arg-type]
    found = seen(*given("resnet50"))
    for inner, outer in pairwise(found):  # squares within each other
        assert outer.rows[0] <= inner.rows[0]
        assert inner.rows[1] <= outer.rows[1]


@pytest.mark.parametrize(
    ("name", "layers"),
    [("lenet", 5), ("alexnet", 8), ("vgg16", 16), ("vgg-e", 19), ("resnet18", 18), ("resnet50", 50), ("resnet152", 152), ("densenet121", 121)],
)  # fmt: skip
def test_depth_is_the_number_in_the_name(name: str, layers: int) -> None:
    assert depth(given(name)[0]) == layers


def test_compared_models_can_be_read() -> None:
    models = [compared(name, given(name)[0], (3, 224, 224)) for name in ("lenet", "alexnet", "vgg16", "resnet50")]
    said = can_be_read(compare(models, "vi"))
    assert {"lenet", "alexnet", "vgg16", "resnet50", "50", "16", "8", "5", "138 M", "25,6 M"} <= set(said)


# -- steps ----------------------------------------------------------------------------------------------------------


def scene(spec: str, shape: tuple[int, ...], lang: str = "en") -> Scene:
    net, data = along(parse(spec), len(shape) - 1), example_data(shape)
    kernel = example_kernel(net.weights(shape)["weight"]) if isinstance(net, Conv) else None  # type: ignore[arg-type]
    return Scene(window_of(compute(net, data, kernel), data), lang)


STEPS = [
    ("conv 3x3 s2 p1", (1, 5, 5)), ("conv 3x3 d2", (1, 6, 6)), ("conv 2@2x3", (2, 4, 5)), ("conv 3x3 same", (3, 4, 4)),
    ("conv 3 s2 p1", (1, 8)), ("maxpool 2", (1, 4, 4)), ("avgpool 3 s2 p1", (2, 5, 5)), ("minpool 2x3", (1, 4, 6)),
    ("maxpool 3 s2 ceil", (1, 6, 6)), ("conv 1x1", (1, 2, 2)), ("conv 7x7", (1, 8, 8)), ("maxpool (3,)", (1, 9)),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "shape"), STEPS)
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_steps_can_be_read(spec: str, shape: tuple[int, ...], lang: str) -> None:
    made = scene(spec, shape, lang)
    count = len(made.window.cells)
    for number in {0, count // 2, count - 1}:
        said = can_be_read(frame(made, number, "light"))
        assert any(text.startswith("(") and ":" in text for text in said)
    can_be_read(strip(made, "dark"))


@pytest.mark.parametrize(("spec", "shape"), STEPS)
def test_the_window_lies_where_the_products_come_from(spec: str, shape: tuple[int, ...]) -> None:
    window = scene(spec, shape).window
    for cell in window.cells:
        f, _, _ = window.place(cell)
        channels = range(window.padded.shape[0]) if window.weights else [f]
        inside = [
            (i, j)
            for i, j in sorted(window.looked_at(cell))
            if i < window.padded.shape[1] and j < window.padded.shape[2]
        ]
        under = [window.padded.at((channel, i, j)) for channel in channels for i, j in inside]
        if window.weights or cell.how == "mean":
            assert sum(under) == sum(cell.values)  # padding counts nothing
        else:
            assert set(cell.values) <= set(under)


def test_the_last_frame_shows_the_whole_output() -> None:
    made = scene("conv 3x3 s2 p1", (1, 5, 5))
    said = can_be_read(frame(made, 8, "light"))
    shown = [str(value).replace("-", "−") for value in made.window.output.values]
    assert len(shown) == 9
    for value in set(shown):
        assert said.count(value) >= shown.count(value)


def test_a_gif_has_a_frame_for_each_cell() -> None:
    with Image.open(io.BytesIO(animation(scene("conv 3x3 s2 p1", (1, 5, 5)), "light"))) as image:
        assert image.n_frames == 9  # type: ignore[attr-defined]
        assert image.info["loop"] == 0
        sizes = set()
        for number in range(9):
            image.seek(number)
            sizes.add(image.size)
        assert len(sizes) == 1


# -- questions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["which-line", "compute-conv", "compute-pool", "compute-flatten"])
@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_figures_of_questions_say_what_their_texts_say(kind: str, level: str) -> None:
    for seed in range(12):
        question = make(kind, level, seed)
        assert question.picture is not None
        assert question.figure is not None
        for which, lang in enumerate(("en", "vi")):
            said = " ".join(can_be_read(question.picture(lang))).replace("−", "-")
            numbers = re.findall(r"-?\d+(?:[.,]\d+)?", question.figure[which])
            assert sorted(numbers) == sorted(re.findall(r"-?\d+(?:[.,]\d+)?", said)), question.id


# -- files ----------------------------------------------------------------------------------------------------------


def svg_texts(data: bytes) -> Iterator[str]:
    for element in ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text"):
        yield "".join(element.itertext())


def test_svg_text_can_be_selected() -> None:
    said = set(svg_texts(content(network(*given("lenet")), "svg")))
    assert {"1@32×32", "6@28×28", "16@5×5", "400", "120", "84", "10", "conv 5×5", "linear"} <= said


def test_the_same_picture_has_the_same_bytes() -> None:
    for kind in ("svg", "png", "pdf"):
        first, second = (content(network(*given("lenet")), kind) for _ in range(2))
        assert first == second


def test_pdf_keeps_its_fonts() -> None:
    data = content(network(*given("lenet"), lang="vi", title="Mạng LeNet"), "pdf")
    assert data.startswith(b"%PDF")
    assert b"/FontFile2" in data  # TrueType, so that text can be searched


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
@pytest.mark.parametrize("what", [[], ["--field"], ["--cost"], ["--title", "Mạng của tôi <b>&"]])
def test_draw_writes_every_format(ending: str, what: list[str], convcalc: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / f"hình.{ending}"
    ran = convcalc("draw", "lenet", "-o", str(path), *what)
    assert (ran.code, ran.err) == (0, "")
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start)
    if ending == "svg":
        assert "Mạng của tôi <b>&" in set(svg_texts(path.read_bytes())) or "--title" not in what


def test_draw_names_its_file(convcalc: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert convcalc("draw", "lenet").code == 0
    assert convcalc("draw", "conv 3x3 s2 p1", "-i", "1,5,5", "--steps").code == 0
    assert convcalc("compare", "lenet", "alexnet").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "lenet.svg", "lenet-2.svg", "conv-3x3-s2-p1-steps.gif", "compare.svg",
    }  # fmt: skip


def test_steps_of_given_numbers(convcalc: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "steps.svg"
    ran = convcalc(
        "draw", "conv 2x2", "--steps", "-d", "1 2 3; 4 5 6; 7 8 9", "-k", "1 0; 0 1", "-b", "100", "-o", str(path)
    )
    assert ran.code == 0
    said = set(svg_texts(path.read_bytes()))
    assert {"106", "108", "112", "114", "(0, 0): 1×1 + 2×0 + 4×0 + 5×1 + 100 = 106"} <= said


def test_compare_prints_exact_counts(convcalc: Callable[..., Ran], tmp_path: Path) -> None:
    ran = convcalc("compare", "lenet", "vgg16", "-i", "3,224,224", "-o", str(tmp_path / "c.png"), "--lang", "vi")
    assert ran.code == 0
    assert "138357544" in ran.out
    assert "15470264320" in ran.out
    ran = convcalc("compare", "lenet", "resnet50", "-i", "3,224,224", "--json")
    assert '"depth": 50' in ran.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("draw", "lenet", "-o", "no/such/folder/x.svg"), 3, "cannot be written"),
        (("compare", "lenet", "-o", "x.gif"), 2, "only --steps"),
        (("compare", "lenet", "-o", "x.bmp"), 2, ".svg, .png, .pdf."),
        (("compare", "conv F@3x3", "-i", "1,9,9", "-o", "x.svg"), 2, "the layers have F"),
        (("draw", "conv FxF", "-i", "1,28,28", "-o", "x.png"), 2, "the layers have F"),
        (("draw", "conv FxF", "-i", "1,28,28", "-o", "x.png", "--cost"), 2, "the layers have F"),
        (("draw", "conv FxF", "-i", "1,28,28", "-o", "x.png", "--field"), 2, "the layers have F"),
        (("draw", "conv 3x3 > relu > conv 9x9", "-i", "1,8,8", "-o", "x.png"), 2, "layer 3 (conv)"),
        (("draw", "lenet", "-o", "x.svg", "--title", "a\x01b"), 2, "no picture can hold"),
        (("draw", "lenet", "-o", "x.svg", "--title", "\udcff"), 2, "no picture can hold"),
        (("draw", "conv 3x3", "-i", "1,5,5", "--steps", "--title", "x", "-o", "x.gif"), 2, "no title"),
        (("draw", "conv 64@3x3", "-i", "3,9,9", "--steps", "-o", "x.gif"), 2, "output cells are too many"),
        (("draw", "conv 3 > conv 3", "-i", "1,8,16,16", "--field", "-o", "x.png"), 2, "there are 3"),
        (("draw", "lenet", "-o", "x.bmp"), 2, ".svg, .png, .pdf"),
        (("draw", "lenet", "-o", "x"), 2, ".svg, .png, .pdf"),
        (("draw", "lenet", "-o", "x.gif"), 2, "only --steps"),
        (("draw", "lenet", "-i", "C,M,N", "-o", "x.svg"), 2, "needs numbers"),
        (("draw", "lenet", "-i", "C,M,N", "-o", "x.svg", "--field"), 2, "needs numbers"),
        (("draw", "lenet", "-i", "1,4,4", "-o", "x.svg"), 2, "larger than the input"),
        (("draw", "conv 3x3", "-o", "x.svg"), 2, "input is missing"),
        (("draw", "conv 3z3", "-i", "1,9,9", "-o", "x.svg"), 2, "3z3"),
        (("draw", "lenet", "-o", "x.svg", "--field", "--cost"), 2, "pictures of their own"),
        (("draw", "lenet", "-o", "x.svg", "--data", "1 2"), 2, "go with --steps"),
        (("draw", "lenet", "--steps", "-i", "1,32,32", "-o", "x.gif"), 2, "one convolution or pool"),
        (("draw", "conv 4@3x3 g2", "--steps", "-i", "2,5,5", "-o", "x.gif"), 2, "without groups"),
        (("draw", "maxpool 20", "--steps", "-i", "1,40,40", "-o", "x.gif"), 2, "too large"),
        (("draw", "conv 3x3", "--steps", "-i", "1,M,N", "-o", "x.gif"), 2, "needs numbers"),
        (("draw", "conv 3x3", "--steps", "-i", "1,5,5", "-d", "1 2 3; 4 5 6; 7 8 9", "-o", "x.gif"), 2, "--data has the shape"),
        (("draw", "conv 3x3", "--steps", "-o", "x.gif"), 2, "input is missing"),
        (("compare", "lenet", "conv 3x3", "-o", "x.svg"), 2, "input is missing"),
        (("compare", "nonet", "-o", "x.svg"), 2, "nonet"),
        (("compare", "lenet", "-i", "1,M,N", "-o", "x.svg"), 2, "needs numbers"),
    ],
)  # fmt: skip
def test_bad_pictures(
    words: tuple[str, ...], code: int, said: str, convcalc: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    ran = convcalc(*words)
    assert ran.code == code
    assert said in " ".join(ran.err.split())
    assert list(tmp_path.iterdir()) == []
    assert convcalc(*words, "--lang", "vi").code == code


# -- any network ----------------------------------------------------------------------------------------------------


def test_random_networks_can_be_read() -> None:
    stream = random.Random(3)
    drawn = fields = 0
    while drawn < 60:
        net, x = draw(stream)
        try:
            made = stages(net, x)
        except ConvcalcError:
            continue
        drawn += 1
        assert sum(stage.params for stage in made) == trace(net, x).params
        assert sum(stage.memory for stage in made) == trace(net, x).memory.activations
        can_be_read(network(net, x, "vi"))
        can_be_read(cost(net, x))
        try:
            found = field(net, x, "vi")
        except ConvcalcError as error:
            assert error.kind in ("field_unknown", "field_axes")
            continue
        fields += 1
        can_be_read(found)
    assert fields > 20


def test_a_way_round_is_only_drawn_round_the_residual() -> None:
    made = stages(parse("8 * (conv 8@3x3 p1 > residual(conv 8@3x3 p1)) > 9 * (relu > conv 8@1x1)"), (8, 32, 32))
    assert not made[1].skip
    assert made[1].lines == ["conv 3×3 p1", "residual(3×3 p1, 8)"]
    assert made[2].lines == ["relu", "conv 1×1"]
    alone = stages(parse("20 * (residual(conv 8@3x3 p1) > relu)"), (8, 9, 9))
    assert (alone[1].skip, alone[1].times, alone[1].more) == (True, 20, ["relu"])


def test_a_branch_reads_what_its_node_gives() -> None:
    net = parse("graph(a: conv 8@3x3 p1; b: relu < a; c: conv 8@1x1 < a; d: add < b, c)")
    made = stages(net, (3, 9, 9))
    assert [(stage.lines, stage.sources) for stage in made[1:]] == [
        (["conv 3×3 p1"], (0,)), (["relu"], (1,)), (["conv 1×1"], (1,)), (["add"], (2, 3)),
    ]  # fmt: skip
    said = can_be_read(network(net, (3, 9, 9)))
    assert "8@9×9 (a)" in said
    assert any("from a: 8@9×9" in text for text in said)


def test_arcs_pass_above_the_maps_between() -> None:
    from matplotlib.patches import Rectangle

    net = parse("graph(a: conv 8@3x3 p1; b: upsample 4; c: maxpool 4; d: cat < a, c)")
    drawn = network(net, (3, 32, 32)).artists
    colour = "#c24a00"
    arcs = [line for line in drawn if isinstance(line, Line2D) and line.get_color() == colour]
    assert len(arcs) == 1
    (x0, x1), top = sorted(set(arcs[0].get_xdata())), max(arcs[0].get_ydata())
    between = [p for p in drawn if isinstance(p, Rectangle) and x0 < p.get_x() < x1]
    assert between
    assert all(p.get_y() + p.get_height() < top for p in between)


def test_branches_are_listed_with_all_they_do() -> None:
    made = stages(*given("textcnn"))
    assert ["concat", "• conv 3, 100 > adaptivemax 1", "• conv 4, 100 > adaptivemax 1", "• conv 5, 100 > adaptivemax 1"] in [
        stage.lines for stage in made
    ]  # fmt: skip


def test_the_frames_fit_a_page() -> None:
    width, height = strip(scene("conv 3x3 p1", (1, 5, 5)), "light").get_size_inches()
    assert 1 < width / height < 2.5
