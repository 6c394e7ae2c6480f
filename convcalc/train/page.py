"""report.md: what a run was, what it reached, and its pictures, in words that a teacher can mark."""

from __future__ import annotations

from typing import Any

from convcalc.notation import raised
from convcalc.train.run import Run
from convcalc.train.sameness import run_with
from convcalc.words import decimal, pick

# The columns of the table of epochs: key of metrics.jsonl, what it is called, and whether it is a share.
COLUMNS = (
    ("train_loss", "loss (train)", "loss (train)", False),
    ("train_accuracy", "accuracy (train)", "độ chính xác (train)", True),
    ("validation_loss", "loss (validation)", "loss (validation)", False),
    ("validation_accuracy", "accuracy (validation)", "độ chính xác (validation)", True),
    ("validation_iou", "mIoU (validation)", "mIoU (validation)", True),
    ("lr", "learning rate (last step)", "learning rate (bước cuối)", False),
)


# What stands over each picture.
HEADINGS = {
    "curves.png": ("Loss and accuracy", "Loss và độ chính xác"),
    "confusion.png": ("Confusion matrix", "Confusion matrix"),
    "mistakes.png": ("Misclassified samples", "Mẫu bị dự đoán sai"),
    "predictions.png": ("Predicted masks", "Mask dự đoán"),
    "kernels.png": ("Kernels and feature maps", "Kernel và feature map"),
}
# What everybody asks first of such a table.
OF_TRAINING = (
    "The columns of training are means over the epoch, taken while the weights change (with dropout and augmentation, where there are any), so they can be worse than validation, which is measured at its end.",
    "Các cột train là trung bình trong suốt epoch, khi trọng số còn đang thay đổi (có cả dropout và augmentation nếu recipe dùng), nên có thể kém hơn validation, được đo ở cuối epoch.",
)


def page(
    run: Run, config: dict[str, Any], history: list[dict[str, Any]], summary: dict[str, Any] | None, pictures: list[str], lang: str
) -> str:  # fmt: skip
    """The text of report.md."""
    signature = config["signature"]
    lines = [f"# {_cell(run.name)}", ""]
    of = signature["setup"]["epochs"]
    if summary is None:
        done = len(history)
        lines += [pick(lang, f"> Unfinished: {done} of {of} epochs.", f"> Chưa xong: {done}/{of} epoch."), ""]
    for note in config.get("notes", ()):
        lines += [f"> {_cell(note[1 if lang == 'vi' else 0])}", ""]
    rows = _what_it_was(config, lang)
    if summary is not None:
        rows += _what_it_reached(config, len(history), summary, lang)
    lines += ["| | |", "|---|---|", *(f"| {_cell(name)} | {_cell(value)} |" for name, value in rows), ""]
    for name in pictures:
        heading = pick(lang, *HEADINGS[name])
        lines += [f"## {heading}", "", f"![{heading}]({name})", ""]
    if summary is not None and summary["test_accuracy"] == 1:
        lines += [pick(lang, "No sample of the test set was misclassified.", "Không có mẫu nào trong tập test bị dự đoán sai."), ""]  # fmt: skip
    lines += [f"## {pick(lang, 'The epochs', 'Từng epoch')}", "", pick(lang, *OF_TRAINING), ""]
    columns = [column for column in COLUMNS if column[0] in history[0]]
    lines.append("| epoch | " + " | ".join(pick(lang, en, vi) for _, en, vi, _ in columns) + " |")
    lines.append("|---:" * (len(columns) + 1) + "|")
    for one in history:
        cells = [_share(one[key], lang) if share else _number(one[key], lang) for key, _, _, share in columns]
        lines.append(f"| {one['epoch']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _what_it_was(config: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    signature, options = config["signature"], config["options"]
    rows = [
        (pick(lang, "recipe", "recipe"), f"{signature['recipe']} ({signature['flavour']})"),
        (pick(lang, "network", "mạng"), f"`{signature['spec']}`"),
        (pick(lang, "data", "dữ liệu"), signature["data"]),
    ]
    if "samples" in config:
        counts = " / ".join("–" if n is None else str(n) for n in config["samples"])
        rows.append((pick(lang, "samples: training / validation / test", "số mẫu: train / validation / test"), counts))
    if options.get("limit") is not None:
        rows.append((pick(lang, "limited to", "giới hạn"), pick(lang, f"at most {options['limit']} samples of each part (validation is taken out of training where the set has none)", f"tối đa {options['limit']} mẫu mỗi phần (validation lấy từ tập train nếu dữ liệu không có sẵn)")))  # fmt: skip
    rows += [
        (pick(lang, "setup", "thiết lập"), setup_text(signature["setup"], lang, config.get("samples", (None,))[0])),
        ("seed", str(signature["seed"])),
    ]
    if signature.get("init"):
        rows.append((pick(lang, "weights taken from", "trọng số lấy từ"), str(signature["init"])))
    if signature.get("freeze"):
        rows.append(
            (pick(lang, "what learned", "phần được huấn luyện"), pick(lang, "only the last layer", "chỉ layer cuối"))
        )
    if signature.get("target"):
        rows.append((pick(lang, "stops at a validation accuracy of", "dừng khi validation đạt"), _share(signature["target"], lang)))  # fmt: skip
    return rows


def _what_it_reached(
    config: dict[str, Any], epochs: int, summary: dict[str, Any], lang: str
) -> list[tuple[str, str]]:  # fmt: skip
    masks = "test_iou" in summary
    per_pixel = pick(lang, " (per pixel)", " (theo pixel)") if masks else ""
    published = "–" if summary["published"] is None else _share(summary["published"], lang)
    if summary["published"] is not None and config["source"]:
        published += f" ({config['source']})"
    done = f"{epochs}/{config['signature']['setup']['epochs']}"
    if "reached_target" in summary:
        done += pick(lang, ", the target was reached", ", đã đạt mục tiêu") if summary["reached_target"] else pick(lang, ", the target was not reached", ", chưa đạt mục tiêu")  # fmt: skip
    common = []
    if "most_common" in summary:  # runs of before have none
        common = [(pick(lang, "always the most common class", "nếu luôn đoán lớp nhiều mẫu nhất"), _share(summary["most_common"], lang))]  # fmt: skip
    return [
        ("epoch", done),
        (pick(lang, "test accuracy", "độ chính xác trên tập test") + per_pixel, _share(summary["test_accuracy"], lang)),
        *([("mIoU", _share(summary["test_iou"], lang))] if masks else []),
        *common,
        (pick(lang, "published", "kết quả đã công bố"), published),
        (pick(lang, "test loss", "loss trên tập test"), decimal(f"{summary['test_loss']:.4f}", lang)),
        (pick(lang, "parameters", "số tham số"), str(summary["params"])),
        (pick(lang, "seconds", "thời gian (giây)"), decimal(f"{summary['seconds']:.1f}", lang)),
        (pick(lang, "run with", "chạy với"), run_with(summary["made_on"], lang)),
    ]


def setup_text(setup: dict[str, Any], lang: str, samples: int | None = None) -> str:
    """The numbers of a training in words; no batch has more than all samples."""
    batch = str(setup["batch"])
    if samples is not None and samples < setup["batch"]:
        batch = f"{samples} ({pick(lang, f'all samples; {batch} were asked for', f'toàn bộ tập train; thiết lập là {batch}')})"
    said = [
        f"{setup['epochs']} epoch{'s' if lang != 'vi' and setup['epochs'] != 1 else ''}", f"batch {batch}", setup["optimiser"],
        f"learning rate {decimal(format(setup['lr'], 'g'), lang)} ({setup['schedule']})",
    ]  # fmt: skip
    if setup["weight_decay"]:
        said.append(f"weight decay {decimal(format(setup['weight_decay'], 'g'), lang)}")
    if setup["smoothing"]:
        said.append(f"label smoothing {decimal(format(setup['smoothing'], 'g'), lang)}")
    if setup["clip"]:
        said.append(pick(lang, "gradient at most ", "gradient tối đa ") + decimal(format(setup["clip"], "g"), lang))
    said += [f"{name} {decimal(format(amount, 'g'), lang)}" for name, amount in setup["augment"]]
    return "; ".join(said)


def _share(value: float, lang: str) -> str:
    return decimal(f"{value * 100:.2f}", lang) + " %"


def _number(value: float, lang: str) -> str:
    """Four digits; a tiny or huge one with a power of ten: 5.81·10⁻⁵."""
    mantissa, e, power = f"{value:.4g}".partition("e")
    if not e:
        return decimal(mantissa, lang)
    return f"{decimal(mantissa, lang)}·10{raised(int(power))}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
