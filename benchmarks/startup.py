"""How soon `convcalc shape` answers, as a whole process, beside a typer and rich hello-world and torchinfo."""

import sys
from pathlib import Path

from common import in_turn, machine, median, no_words, process, python, ratio, report

TIMES = 21
HERE = Path(__file__).parent
CONVCALC = str(Path(sys.executable).with_name("convcalc"))
TORCHINFO = "import torch, torchinfo; torchinfo.summary(torch.nn.Conv2d(1, 1, 3, 2, 1), (1, 1, 28, 28))"


def main() -> None:
    quick = in_turn(
        {
            "convcalc": process(CONVCALC, "shape", "conv 3x3 s2 p1", "--input", "1,28,28", "--no-check"),
            "letters": process(CONVCALC, "shape", "conv F@KxO sSxT pPxQ", "--input", "C,M,N", "--no-check"),
            "solve": process(CONVCALC, "solve", "conv KxK sS pP", "--input", "1,28,28", "--output", "1,14,14"),
            "hello": python(str(HERE / "hello.py")),
            "python": python("-c", "pass"),
        },
        TIMES,
    )
    slow = in_turn(
        {
            "convcalc": process(CONVCALC, "shape", "conv 3x3 s2 p1", "--input", "1,28,28", "--no-check"),
            "torchinfo": python("-c", TORCHINFO),
        },
        7,
    )
    names = {
        "convcalc": 'convcalc shape "conv 3x3 s2 p1" --input 1,28,28 --no-check',
        "letters": "the same with letters",
        "solve": 'convcalc solve "conv KxK sS pP" --input 1,28,28 --output 1,14,14',
        "hello": "typer + rich hello-world with a table",
        "python": "python -c pass",
    }
    rows = [
        [names[name], f"{median(times) * 1000:.0f} ms", f"{ratio(times, quick['hello']):.2f}"]
        for name, times in quick.items()
    ]
    rows.append(
        [
            "torchinfo summary of the same layer",
            f"{median(slow['torchinfo']) * 1000:.0f} ms",
            f"{ratio(slow['torchinfo'], slow['convcalc']):.1f} × convcalc",
        ]
    )
    report(
        "startup", "Start to answer, whole processes", "python benchmarks/startup.py", machine("torch", "typer", "rich", "torchinfo"),
        ["process", f"median of {TIMES}", "beside hello-world"], rows, {"quick": quick, "slow": slow},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
