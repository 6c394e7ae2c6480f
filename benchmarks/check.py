"""`convcalc check --samples 100000 --seed 0`: how many samples a second are compared with torch, and that none differs.

On a machine with a CUDA device, pass cuda to run there: the result goes to a file of its own.
"""

import argparse
import sys
import time

from common import machine, report

from convcalc.torchside.sample import sample

SAMPLES = 100_000


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("device", nargs="?", default="cpu", choices=["cpu", "cuda"])
    device = given.parse_args().device
    begun = time.perf_counter()
    result = sample(SAMPLES, 0, device)
    seconds = time.perf_counter() - begun
    rows = [
        [
            result.device,
            str(result.compared),
            str(result.accepted),
            str(result.refused),
            str(result.refused_alone),
            str(len(result.mismatches)),
            f"{seconds:.0f} s",
            f"{result.compared / seconds:.0f}",
        ]
    ]
    report(
        f"check-{device}", "Random layers and networks compared with torch", f"convcalc check --samples {SAMPLES} --seed 0 --device {device}", machine("torch"),
        ["device", "samples", "accepted by both", "refused by both",
            "refused by own rules", "mismatches", "time", "samples a second"], rows,
        {"seconds": seconds, "kinds": result.kinds, "mismatches": [m.__dict__ for m in result.mismatches]},
    )  # fmt: skip
    sys.exit(1 if result.mismatches else 0)


if __name__ == "__main__":
    main()
