"""The program's own sentences, in both languages, and which language to speak."""

from __future__ import annotations

import locale
import os
import sys

LANGUAGES = ("vi", "en")

WORDS: dict[str, tuple[str, str]] = {
    # key: (English, Vietnamese)
    "layer": ("layer", "layer"),
    "output": ("output", "output"),
    "params": ("params", "tham số"),
    "macs": ("MACs", "MAC"),
    "field": ("receptive field", "receptive field"),
    "total": ("total", "tổng"),
    "input": ("Input", "Input"),
    "total_params": ("Total params", "Tổng số tham số"),
    "total_macs": ("Total multiply-adds (MACs)", "Tổng số phép nhân-cộng (MAC)"),
    "input_size": ("Input size (MB)", "Kích thước input (MB)"),
    "pass_size": ("Forward/backward pass size (MB)", "Kích thước forward/backward (MB)"),
    "params_size": ("Params size (MB)", "Kích thước tham số (MB)"),
    "estimated_size": ("Estimated total size (MB)", "Tổng kích thước ước tính (MB)"),
    "valid_when": ("Valid when", "Đúng khi"),
    "agrees": (
        "{name} (torch {torch}, {device}) agrees: {compared}",
        "{name} (torch {torch}, {device}) cho kết quả giống hệt: {compared}",
    ),
    "differs": (
        "{name} (torch {torch}, {device}) does not agree:",
        "{name} (torch {torch}, {device}) cho kết quả khác:",
    ),
    "checking": ("checking with torch …", "đang đối chiếu với torch …"),
    "meta": (
        "too large to run here, so torch worked out shapes and counts without data",
        "quá lớn để chạy trên máy này, nên torch chỉ tính shape và số lượng, không chạy dữ liệu",
    ),
    "compared.output": ("output shape", "shape của output"),
    "compared.weights": ("weights", "trọng số"),
    "compared.params": ("params", "số tham số"),
    "compared.macs": ("MACs", "MAC"),
    "compared.receptive field": ("receptive field", "receptive field"),
    "compared.values": ("at {count} choices of {letters}", "với {count} bộ giá trị của {letters}"),
    "compared.refused": ("{refused} more outside the range refused", "thêm {refused} bộ ngoài miền đều bị từ chối"),
    "step.channels": ("channels", "số channel"),
    "step.length": ("length", "chiều dài"),
    "step.depth": ("depth", "chiều sâu"),
    "step.height": ("height", "chiều cao"),
    "step.width": ("width", "chiều rộng"),
    "step.size": ("size", "kích thước"),
    "step.features": ("features", "số feature"),
    "step.field": (
        "Receptive field: the part of the input that one output cell depends on.",
        "Receptive field (vùng nhìn): phần của input mà một ô output phụ thuộc vào.",
    ),
    "step.params": ("params", "số tham số"),
    "step.macs": ("MACs", "số MAC"),
    "step.unchanged": ("the shape stays {shape}", "shape giữ nguyên {shape}"),
    "not_probed": ("receptive field not compared", "không đối chiếu receptive field"),
    "sheet_made": (
        "{path} is written: fill in what your deck claims, then run convcalc verify {path}",
        "Đã tạo {path}: điền các con số trên slide của bạn, rồi chạy convcalc verify {path}",
    ),
    "page": ("page", "trang"),
    "claimed": ("claimed", "slide ghi"),
    "right": ("right", "đúng là"),
    "cause": ("likely cause", "nguyên nhân có thể"),
    "deck": ("deck", "bộ slide"),
    "claim": ("claim", "khẳng định"),
    "verify.summary": (
        "{right} right, {wrong} wrong, {unclear} unclear",
        "{right} đúng, {wrong} sai, {unclear} không rõ",
    ),
    "verify.confirmed": (
        "torch worked out {count} of {total} claims itself, and agrees with what is right",
        "torch đã tự tính {count} trong {total} khẳng định và cho cùng kết quả",
    ),
    "works": ("it works", "chạy được"),
    "fails": ("an error", "có lỗi"),
    "padded": ("Input with padding", "Input sau padding"),
    "model": ("model", "model"),
    "family": ("family", "họ"),
    "published": ("published", "đã công bố"),
    "source": ("source", "nguồn"),
    "error": ("Error", "Lỗi"),
    "stopped": (
        "the rows before the layer that does not fit:",
        "các layer trước layer bị lỗi:",
    ),
    "solve.none": ("No solution", "Không có đáp án"),
    "solve.nearest": ("What comes nearest", "Gần nhất là"),
    "solve.more": ("{count} more; --all shows all.", "Còn {count} đáp án nữa; --all để xem tất cả."),
    "solve.endless": ("There are more, without end.", "Còn nữa, không có giới hạn trên."),
    "solve.bound": ("Letters were tried up to {bound}.", "Các chữ được thử đến {bound}."),
    "solve.from": ("{letter} from {low} up", "{letter} từ {low} trở lên"),
    "solve.between": ("{letter} from {low} to {high}", "{letter} từ {low} đến {high}"),
    "figure.scale": ("small maps are drawn larger than to scale", "các feature map nhỏ được vẽ lớn hơn tỉ lệ"),
    "figure.all_memory": ("memory", "bộ nhớ"),
    "figure.depth": ("depth", "độ sâu"),
    "figure.memory": ("activations", "activation"),
    "figure.sees": ("one cell sees of the input", "một ô nhìn thấy trên input"),
    "figure.first": ("the first {shown} of {count} cells", "{shown} ô đầu trong {count} ô"),
    "figure.left_out": ("{count} more", "{count} bước nữa"),
    "figure.between": ("{count} layers between these are left out", "bỏ bớt {count} layer ở giữa"),
    "figure.columns": ("heights of columns are logarithmic", "chiều cao các cột theo thang log"),
    "figure.cut": ("larger fields go beyond the picture", "vùng lớn hơn vượt ra ngoài hình"),
    "figure.from": ("from {name}: {size}", "từ {name}: {size}"),
    "figure.written": ("{path} is written", "đã ghi {path}"),
    "check.rate": (
        "{compared} samples in {seconds} s ({rate} a second) on {device}, torch {torch}: {accepted} accepted by both, {refused} refused by both, {alone} refused by rules of convcalc's own",
        "{compared} mẫu trong {seconds} s ({rate} mẫu/giây) trên {device}, torch {torch}: {accepted} được cả hai chấp nhận, {refused} bị cả hai từ chối, {alone} bị từ chối theo luật riêng của convcalc",
    ),
    "check.none": ("no mismatch", "không có sai khác nào"),
    "check.mismatch": ("mismatch: {spec} on {input}", "sai khác: {spec} với input {input}"),
}


def default_language() -> str:
    """From CONVCALC_LANG, else from the locale, which Windows names without variables; English where neither is Vietnamese."""
    for name in ("CONVCALC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "vi" if value.lower().startswith("vi") else "en"
    return "vi" if (locale.getlocale()[0] or "").lower().startswith("vi") else "en"


def asked_options() -> list[str]:
    """The words of the command line before "--", after which nothing is an option."""
    words = sys.argv[1:]
    return words[: words.index("--")] if "--" in words else words


def asked_language() -> str:
    """The language that the command line asks for, known before its options are read; else the default."""
    words = asked_options()
    for i, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        value = words[i + 1] if word == "--lang" and i + 1 < len(words) else value
        if value in LANGUAGES:
            return value
    return default_language()


def say(key: str, lang: str, **values: object) -> str:
    """The sentence of `WORDS` in the language, with the values put in."""
    text = WORDS[key][1 if lang == "vi" else 0]
    return text.format(**values) if values else text


def pick(lang: str, en: str, vi: str) -> str:
    """One of two texts written where they are used, as help texts are."""
    return vi if lang == "vi" else en


def decimal(text: str, lang: str) -> str:
    """A number's text with the language's decimal mark: 31.5 or 31,5."""
    return text.replace(".", ",") if lang == "vi" else text


def many(count: int, noun: str) -> str:
    """1 channel, 2 channels."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
