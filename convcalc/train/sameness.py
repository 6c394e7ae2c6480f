"""What the bits of a training hang on, and what differs between two."""

from __future__ import annotations

from typing import Any

import torch

from convcalc import __version__
from convcalc.words import decimal, pick


def made_on(device: torch.device, precision: str, compiled: bool, processes: int) -> dict[str, Any]:
    """What the bits hang on, beside the settings; the CPU's threads only where it trains."""
    gpu = device.type == "cuda"
    kind = torch.cuda.get_device_name(device) if gpu else torch.backends.cpu.get_cpu_capability()
    threads = {} if gpu else {"threads": torch.get_num_threads()}
    return {
        "convcalc": __version__, "torch": str(torch.__version__), "device": f"{device.type} ({kind})", "precision": precision, "compiled": compiled, **threads,
        "processes": processes,
    }  # fmt: skip


# What the bits hang on, in words, where the key alone does not say it.
_NAMES = {
    "threads": ("threads", "số luồng"), "processes": ("processes", "số tiến trình"), "device": ("device", "thiết bị"),
    "evaluation_batch": ("samples measured at once", "số mẫu đánh giá mỗi lần"), "compiled": ("torch.compile", "torch.compile"),
}  # fmt: skip


def changes(then: dict[str, Any], now: dict[str, Any], lang: str) -> str:
    """What two trainings were not alike in, of what the bits hang on: "threads 1 → 2"."""
    keys = [key for key in then | now if then.get(key) != now.get(key)]
    names = {key: pick(lang, *_NAMES.get(key, (key, key))) for key in keys}
    return ", ".join(f"{names[key]} {_shown(then.get(key), lang)} → {_shown(now.get(key), lang)}" for key in keys)


def run_with(made: dict[str, Any], lang: str) -> str:
    """What a training's bits hang on, as one reads it: convcalc 0.1.0, torch 2.13.0, cpu (AVX512), fp32, 1 thread."""
    said = [f"{key} {made[key]}" for key in ("convcalc", "torch") if key in made]
    said += [str(made[key]) for key in ("device", "precision") if key in made]
    said += ["torch.compile"] if made.get("compiled") else []
    for key, one, vi in (("threads", "thread", "luồng"), ("processes", "process", "tiến trình")):
        if key in made:
            said.append(f"{made[key]} {pick(lang, one if made[key] == 1 else key, vi)}")
    if "evaluation_batch" in made:
        once = made["evaluation_batch"]
        said.append(pick(lang, f"measured on {once} samples at once", f"đánh giá mỗi lần {once} mẫu"))
    return ", ".join(said)


def differences(then: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What differs between two settings in words, such as "epochs 3 → 4": `keys`, and in Vietnamese `keys_vi`."""
    said = _pairs(then, now)
    return {"keys": ", ".join(en for en, _ in said), "keys_vi": ", ".join(vi for _, vi in said)}


def _pairs(then: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for key in [key for key in now | then if then.get(key) != now.get(key)]:
        before, after = then.get(key), now.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            said += _pairs(before, after)
        elif key == "spec":  # a long one, which the recipe stands for
            said += [("another network", "mạng khác")] if then.get("recipe") == now.get("recipe") else []
        elif key != "checksum":
            said.append(
                (
                    f"{key} {_shown(before, 'en')} → {_shown(after, 'en')}",
                    f"{key} {_shown(before, 'vi')} → {_shown(after, 'vi')}",
                )
            )
        else:
            said.append(("other samples", "mẫu dữ liệu khác"))
    return said


def _shown(value: Any, lang: str) -> str:
    """A setting as a user would write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return pick(lang, "on", "bật") if value else pick(lang, "off", "tắt")
    return decimal(str(value), lang) if isinstance(value, float) else str(value)
