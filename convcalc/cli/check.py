"""convcalc check: random layers and networks, compared with torch."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from convcalc.cli.options import HELP, Device, DeviceOption, JsonOption, LangOption, dump, language
from convcalc.errors import ConvcalcError
from convcalc.words import decimal, pick, say


def check(
    samples: Annotated[
        int, typer.Option("--samples", min=1, help=pick(HELP, "How many to draw.", "Số mẫu ngẫu nhiên."))
    ] = 1000,
    seed: Annotated[
        int,
        typer.Option("--seed", help=pick(HELP, "The same seed draws the same samples.", "Cùng seed cho cùng các mẫu.")),
    ] = 0,
    device: DeviceOption = Device.auto,
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:
    """Compare random layers and small networks, fitting and not, with torch, which must refuse what convcalc refuses."""
    speech = language(lang)
    try:
        from convcalc.torchside.sample import sample
    except ImportError as error:
        raise ConvcalcError("torch_needed", reason=str(error)) from None
    begun = time.perf_counter()
    show = _progress(samples) if sys.stderr.isatty() and not json else None
    result = sample(samples, seed, device.value, show)
    seconds = time.perf_counter() - begun
    if json:
        print(dump(_object(result, seed, seconds)))
        return 1 if result.mismatches else 0
    counts = {
        "compared": result.compared,
        "accepted": result.accepted,
        "refused": result.refused,
        "alone": result.refused_alone,
    }
    rate = {"seconds": decimal(f"{seconds:.1f}", speech), "rate": round(result.compared / seconds)}
    print(say("check.rate", speech, device=result.device, torch=result.torch, **counts, **rate))
    for mismatch in result.mismatches:
        print(say("check.mismatch", speech, spec=mismatch.spec, input=mismatch.input))
        for difference in mismatch.differences:
            print("  " + difference)
    if not result.mismatches:
        print(say("check.none", speech))
    return 1 if result.mismatches else 0


check.__doc__ = pick(
    HELP, check.__doc__ or "", "So sánh các layer và mạng nhỏ ngẫu nhiên, hợp lệ và không hợp lệ, với torch."
)


def _progress(total: int) -> Callable[[int], None]:
    from convcalc.render import console

    out = console(stderr=True)

    def show(done: int) -> None:
        out.print(f"{done}/{total}", end="\r")

    return show


def _object(result: object, seed: int, seconds: float) -> dict[str, object]:
    from dataclasses import asdict

    return {"seed": seed, "seconds": round(seconds, 3), **asdict(result)}  # type: ignore[call-overload]
