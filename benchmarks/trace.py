"""A full trace of ResNet-152 beside torchinfo and a forward on the meta device, its growth with depth, and batches."""

import random
import sys
import tempfile
import time
from pathlib import Path

from common import in_turn, machine, median, no_words, process, ratio, report

import convcalc as cc

CONVCALC = str(Path(sys.executable).with_name("convcalc"))


def stage(width: int, blocks: int, stride: int) -> str:
    s = f"s{stride}" if stride > 1 else ""
    body = f"conv {width}@1x1 nobias > bn > relu > conv {width}@3x3 {{}} p1 nobias > bn > relu > conv {4 * width}@1x1 nobias > bn"
    first = f"residual({body.format(s)} | conv {4 * width}@1x1 {s} nobias > bn) > relu"
    return f"{first} > {blocks - 1} * (residual({body.format('')}) > relu)"


RESNET152 = "conv 64@7x7 s2 p3 nobias > bn > relu > maxpool 3 s2 p1 > " + " > ".join(
    stage(*s) for s in ((64, 3, 1), (128, 8, 2), (256, 36, 2), (512, 3, 2))
) + " > gap > flatten > linear 1000"  # fmt: skip


def main() -> None:
    where = machine("torch", "torchinfo")
    command = "python benchmarks/trace.py"
    depths = {n: cc.parse(" > ".join(["conv 8@3x3 p1", "relu"] * (n // 2))) for n in (10, 100, 1000, 10_000)}
    grown = in_turn(
        {str(n): (lambda net=net: cc.trace(net, (8, 32, 32))[-1].receptive_field) for n, net in depths.items()}, 7
    )
    rows = [[n, f"{median(t) * 1000:.2f} ms", f"{median(t) / int(n) * 1e6:.1f} µs"] for n, t in grown.items()]
    report(
        "depth",
        "A trace grows linearly with depth (with receptive fields)",
        command,
        where,
        ["layers", "median of 7", "a layer"],
        rows,
        {"seconds": grown},
    )

    # Only now: torch's own objects would make Python's garbage collector slower in what was measured above.
    import torch
    import torchinfo

    torch.set_num_threads(2)
    net, x = cc.parse(RESNET152), (3, 224, 224)
    with torch.device("meta"):
        meta, given = net.module(x).eval(), torch.zeros(1, *x)
    real = net.module(x).eval()

    def forward() -> None:
        with torch.no_grad():
            meta(given)

    timed = in_turn(
        {
            "trace": lambda: cc.trace(net, x),
            "fields": lambda: cc.trace(net, x)[-1].receptive_field,
            "letters": lambda: cc.trace(net, "3,M,N"),
            "meta": forward,
            "torchinfo": lambda: torchinfo.summary(real, (1, *x), verbose=0),
        },
        11,
    )
    said = {
        "trace": "convcalc: 515 rows, shapes, params, MACs", "fields": "convcalc: the same with all receptive fields",
        "letters": "convcalc: as formulas in M and N", "meta": "torch: a forward on the meta device", "torchinfo": "torchinfo: summary",
    }  # fmt: skip
    rows = [
        [
            said[name],
            f"{median(t) * 1000:.2f} ms",
            f"{ratio(t, timed['trace']):.0f}",
            f"{ratio(t, timed['fields']):.1f}",
        ]
        for name, t in timed.items()
    ]
    report(
        "trace",
        "A trace of ResNet-152 (3×224×224); torchinfo and torch work out no receptive fields",
        command,
        where,
        ["what", "median of 11", "× trace", "× trace with fields"],
        rows,
        {"seconds": timed},
    )

    count = 100_000
    stream = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.tsv"
        path.write_text("".join(f"{line(stream)}\n" for _ in range(count)), encoding="utf-8")
        begun = time.perf_counter()
        batch = in_turn({"batch": process(CONVCALC, "shape", "--batch", str(path))}, 5)["batch"]
    assert time.perf_counter() > begun
    rows = [[f"{count} lines of random single-layer specs", f"{median(batch):.2f} s", f"{count / median(batch):.0f}"]]
    report(
        "batch",
        "convcalc shape --batch, whole process",
        command,
        where,
        ["input", "median of 5", "lines a second"],
        rows,
        {"seconds": batch, "count": count},
    )


def line(stream: random.Random) -> str:
    k, f, s, p = stream.randint(1, 7), stream.randint(1, 512), stream.randint(1, 3), stream.randint(0, 3)
    spec = stream.choice(
        (
            f"conv {f}@{k}x{k} s{s} p{p}",
            f"maxpool {k} s{s}",
            f"conv {f}@{k} p{p} nobias",
            f"convt {f}@{k} s{s}",
            f"avgpool {k}x2 s{s}",
        )
    )
    return f"{spec}\t{stream.randint(1, 512)},{stream.randint(8, 512)},{stream.randint(8, 512)}"


if __name__ == "__main__":
    no_words(__doc__)
    main()
