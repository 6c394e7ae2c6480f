"""The pictures of a run, drawn with matplotlib."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from convcalc.quiet import quiet
from convcalc.words import decimal, pick

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of the Okabe-Ito palette, which the colour-blind can tell apart.
TRAIN, VALIDATION, TEST = "#0072B2", "#D55E00", "#009E73"
# More classes than this are too many for numbers in the cells.
NUMBERED = 20
# So many classes have room for their names.
READABLE = 100


def named(text: str, most: int = 24) -> str:
    """A name as it is drawn: no mathematics in it, and not longer than there is room for."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    shown = short.replace("$", r"\$").encode("utf-8", "replace").decode()
    return f" {shown}" if shown.startswith("_") else shown  # matplotlib leaves out of a legend what begins so


def percents(axis: Any, lang: str) -> None:
    """Write the shares of an axis as percents, in the language."""
    axis.set_major_formatter(lambda value, _place: decimal(f"{100 * value:.5g}", lang) + " %" if value < 1.001 else "")


def figure(width: float, height: float) -> Figure:
    """A figure that no window shows."""
    quiet()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def png(made: Figure) -> bytes:
    """The bytes of a PNG, the same for the same figure."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # names in a script that the font lacks are boxes
        made.savefig(out, format="png", dpi=120, metadata={"Software": None})
    return out.getvalue()


def curves(history: Sequence[dict[str, Any]], summary: dict[str, Any] | None, lang: str, title: str = "") -> Figure:
    """Loss and accuracy of training and validation over the epochs (mIoU too, for masks); the published figure as a line."""
    made = figure(9, 3.8)
    from matplotlib.ticker import LogLocator, MaxNLocator

    left, right = made.subplots(1, 2)
    epochs = [one["epoch"] for one in history]
    masks = "validation_iou" in history[0]
    accuracy = pick(lang, "accuracy", "độ chính xác") + (
        pick(lang, " per pixel, and mIoU", " theo pixel và mIoU") if masks else ""
    )
    for axes, key, title_of_axes in ((left, "loss", "loss"), (right, "accuracy", accuracy)):
        for part, colour in (("train", TRAIN), ("validation", VALIDATION)):
            values = [one.get(f"{part}_{key}") for one in history]
            if any(value is not None for value in values):
                axes.plot(
                    epochs, values, color=colour, marker="o" if len(epochs) < 25 else None, markersize=3, label=part
                )
        axes.set_xlabel("epoch")
        axes.set_title(title_of_axes)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
        axes.grid(alpha=0.3)
    if "validation_iou" in history[0]:
        right.plot(
            epochs,
            [one["validation_iou"] for one in history],
            color=VALIDATION,
            linestyle="--",
            marker="s" if len(epochs) < 25 else None,
            markersize=3,
            label="validation mIoU",
        )
    published = summary.get("published") if summary else None
    if published is not None and summary is not None and "test_iou" not in summary:
        said = f"{pick(lang, 'published', 'đã công bố')} {decimal(f'{published * 100:g}', lang)} %"
        right.axhline(published, color="0.5", linestyle=":", label=said)
    if summary is not None:
        for key, name, marker in (("test_accuracy", "test", "*"), ("test_iou", "test mIoU", "P")):
            if key in summary:
                said = f"{name} {decimal(format(summary[key] * 100, '.2f'), lang)} %"
                right.plot([epochs[-1]], [summary[key]], color=TEST, marker=marker, markersize=11, linestyle="none", label=said)  # fmt: skip
    if any(value > 0 for one in history for key, value in one.items() if key.endswith("_loss")):
        left.set_yscale("log")
        left.set_title(pick(lang, "loss (logarithmic)", "loss (thang log)"))
        for which in (left.yaxis.set_major_formatter, left.yaxis.set_minor_formatter):
            which(lambda value, _place: decimal(f"{value:.3g}", lang))
        left.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    percents(right.yaxis, lang)
    made.suptitle(named(title, 80), fontsize=10)
    for axes in (left, right):
        axes.legend(fontsize=8)
    return made


def confusion(table: Sequence[Sequence[int]], classes: Sequence[str], lang: str, masks: bool = False) -> Figure:
    """Rows are the classes, columns what they were taken for; each row adds up to 1.

    Outputs that are no class of the data, where any sample was taken for one, are a last column together.
    """
    counts = np.asarray(table, np.float64)[: len(classes)]
    other = counts[:, len(classes) :].sum(1, keepdims=True)
    counts = np.hstack([counts[:, : len(classes)], other] if other.any() else [counts[:, : len(classes)]])
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = min(14.0, 3 + 0.5 * len(classes))
    names = [named(name) for name in classes]
    taken = [*names, pick(lang, "no class", "ngoài các lớp")][: counts.shape[1]]
    made = figure(side + 1, side)
    axes = made.subplots()
    shown = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(classes) <= NUMBERED:
        axes.set_xticks(range(len(taken)), taken, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(names)), names)
        whole = counts.max() >= 100_000
        for i, row in enumerate(counts):
            for j, value in enumerate(row):
                if value:
                    text = f"{100 * shares[i, j]:.0f} %" if whole else f"{int(value)}"
                    axes.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if shares[i, j] > 0.5 else "black")  # fmt: skip
    axes.set_xlabel(pick(lang, "predicted", "dự đoán"))
    axes.set_ylabel(pick(lang, "true class", "nhãn đúng"))
    if len(classes) > NUMBERED:
        some = range(0, len(names), -(-len(names) // READABLE))
        axes.set_xticks(some, names[:: some.step], rotation=90, fontsize=6)
        axes.set_yticks(some, names[:: some.step], fontsize=6)
    axes.set_title(
        pick(lang, "Confusion matrix of the test set", "Confusion matrix trên tập test")
        + (pick(lang, ", in pixels", ", theo pixel") if masks else ""),
        fontsize=10,
    )
    bar = made.colorbar(shown, ax=axes, shrink=0.8, label=pick(lang, "share of the class", "tỉ lệ trong lớp"))
    percents(bar.ax.yaxis, lang)
    return made


def kernels(weights: np.ndarray, picture: np.ndarray, maps: np.ndarray, lang: str) -> Figure:
    """The first layer's kernels (F, C, K, O), a picture (C, H, W) from 0 to 1, and its feature maps (F, M, N)."""
    count = min(len(weights), 16)
    columns = min(count, 8)
    lines = -(-count // columns)
    made = figure(1.3 * (columns + 1.4), 1.45 * 2 * lines + 0.6)
    grid = made.add_gridspec(2 * lines, columns + 1)
    axes = made.add_subplot(grid[:, 0])
    axes.imshow(np.moveaxis(picture, 0, -1).squeeze(), cmap="gray" if len(picture) == 1 else None)
    axes.set_title("input", fontsize=9)
    axes.axis("off")
    for i in range(count):
        kernel = weights[i]
        for k, (values, title, cmap) in enumerate(
            ((kernel, f"kernel {i + 1}", "gray"), (maps[i], f"map {i + 1}", "viridis"))
        ):
            axes = made.add_subplot(grid[2 * (i // columns) + k, 1 + i % columns])
            if k == 0 and len(kernel) == 3:
                low, high = values.min(), values.max()
                axes.imshow(np.moveaxis((values - low) / max(high - low, 1e-9), 0, -1))
            else:
                axes.imshow(values.mean(0) if values.ndim == 3 else values, cmap=cmap)
            axes.set_title(title, fontsize=7)
            axes.set_xticks(())
            axes.set_yticks(())
            for edge in axes.spines.values():  # white cells would not be seen on white
                edge.set(linewidth=0.4, color="0.6")
    title = pick(
        lang, "Kernels of the first convolution and their feature maps", "Kernel của layer tích chập đầu tiên và feature map tương ứng"
    )  # fmt: skip
    if count < len(weights):
        title += pick(lang, f" ({count} of {len(weights)})", f" ({count}/{len(weights)})")
    title += pick(
        lang, "\neach on a scale of its own, from its smallest value (dark) to its largest",
        "\nmỗi ô có thang màu riêng, từ giá trị nhỏ nhất (tối) đến lớn nhất",
    )  # fmt: skip
    if weights.shape[1] == 3:
        title += pick(lang, "; the three channels as red, green and blue", "; ba channel hiện thành màu đỏ, lục, lam")
    made.suptitle(title, fontsize=10)
    return made


def mistakes(shown: Sequence[tuple[np.ndarray, str, str, float]], lang: str) -> Figure:
    """Pictures (C, H, W) from 0 to 1 that went most wrong: the class, what it was taken for, and how surely."""
    columns = 6
    lines = max(1, -(-len(shown) // columns))
    made = figure(1.7 * columns, 2.3 * lines + 0.4)
    for i, (picture, right, taken, share) in enumerate(shown):
        axes = made.add_subplot(lines, columns, i + 1)
        axes.imshow(np.moveaxis(picture, 0, -1).squeeze(), cmap="gray" if len(picture) == 1 else None)
        said = f"{named(right, 20)}\n→ {named(taken, 18)}\n{decimal(f'{share * 100:.0f}', lang)} %"
        axes.set_title(said, fontsize=7)
        axes.axis("off")
    made.suptitle(
        pick(
            lang, "The most confident mistakes: true class → prediction, and its probability",
            "Những mẫu dự đoán sai mà mạng tự tin nhất: nhãn đúng → dự đoán (xác suất)",
        ),
        fontsize=10,
    )  # fmt: skip
    return made


def masks(shown: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], classes: Sequence[str], lang: str) -> Figure:
    """Pictures, their masks and the predicted ones, under each other, with what the colours stand for."""
    made = figure(1.6 * len(shown), 5.6)
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    handles = [Patch(color=colormaps["tab10"](i), label=named(name)) for i, name in enumerate(classes[:10])]
    made.legend(handles=handles, loc="outside lower center", ncols=min(5, len(handles)), fontsize=8)
    titles = ("input", pick(lang, "mask", "mask"), pick(lang, "predicted", "dự đoán"))
    for i, (picture, right, found) in enumerate(shown):
        for k, values in enumerate((np.moveaxis(picture, 0, -1).squeeze(), right, found)):
            axes = made.add_subplot(3, len(shown), k * len(shown) + i + 1)
            if k == 0:
                axes.imshow(values)
            else:
                axes.imshow(values, cmap="tab10", vmin=0, vmax=9)
            axes.axis("off")
            if i == 0:
                axes.set_title(titles[k], fontsize=9)
    return made


# From the 41st curve on, colours and dashes come again, with these.
MARKERS = ("", "s", "^", "x", "v", "d")
POINTS = ("o", *MARKERS[1:])


def lines(series: Mapping[str, Sequence[dict[str, Any]]], lang: str) -> Figure:
    """The validation accuracy of every run, one curve each, to compare them."""
    shown = {name: [one for one in history if "validation_accuracy" in one] for name, history in series.items()}
    shown = {name: history for name, history in shown.items() if history}
    masks = any("validation_iou" in history[0] for history in shown.values())
    columns = 2
    made = figure(8, 4 + 0.2 * -(-len(shown) // columns))
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    axes = made.subplots()
    for i, (name, history) in enumerate(shown.items()):
        style = ("-", "--", ":", "-.")[i // 10 % 4]
        # one epoch is a point, whose dashes are not seen
        marker = POINTS[i // 10 % len(POINTS)] if len(history) == 1 else MARKERS[i // 40 % len(MARKERS)]
        values = [one.get("validation_iou", one["validation_accuracy"]) for one in history]
        axes.plot(
            [one["epoch"] for one in history], values, style, marker=marker, markersize=4, color=colormaps["tab10"](i % 10),
            label=named(name, 48),
        )  # fmt: skip
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlim(left=max(0.5, axes.get_xlim()[0]))  # there is no epoch 0
    also = pick(lang, " (mIoU for masks)", " (với mask là mIoU)") if masks else ""
    axes.set_title(pick(lang, "validation accuracy", "độ chính xác trên tập validation") + also)
    percents(axes.yaxis, lang)
    axes.grid(alpha=0.3)
    if shown:
        made.legend(loc="outside lower center", ncols=columns, fontsize=7)
    return made
