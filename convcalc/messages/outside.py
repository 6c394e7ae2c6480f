"""What is said of files, options and devices."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "no_torch": Kind(
        "the check needs torch, which cannot be imported: {reason}",
        "kiểm tra cần torch, nhưng không import được: {reason}",
        "Install it (pip install torch), or add --no-check.",
        "Cài torch (pip install torch), hoặc thêm --no-check.",
        exit_code=3,
    ),
    "no_device": Kind(
        "the device '{device}' is not there: {reason}",
        "không có thiết bị '{device}': {reason}",
        "Use --device cpu or --device auto.",
        "Dùng --device cpu hoặc --device auto.",
        exit_code=3,
    ),
}
