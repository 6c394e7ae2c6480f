"""The five decks verified without torch, and ResNet-152 in letters, as whole processes beside `import sympy`."""

import subprocess
import sys
from pathlib import Path

from common import in_turn, machine, median, no_words, python, ratio, report

CONVCALC = str(Path(sys.executable).with_name("convcalc"))
SLIDES = sorted(map(str, (Path(__file__).parent.parent / "quizzes" / "slides").glob("*.toml")))


def main() -> None:
    timed = in_turn(
        {
            "verify": lambda: subprocess.run([CONVCALC, "verify", *SLIDES], check=False, stdout=subprocess.DEVNULL),
            "resnet152": lambda: subprocess.run(
                [CONVCALC, "shape", "resnet152", "--input", "3,M,N", "--no-check"],
                check=True,
                stdout=subprocess.DEVNULL,
            ),
            "sympy": python("-c", "import sympy"),
        },
        11,
    )
    names = {
        "verify": "convcalc verify quizzes/slides/*.toml, without torch",
        "resnet152": "convcalc shape resnet152 --input 3,M,N --no-check",
        "sympy": "python -c 'import sympy'",
    }
    rows = [[names[n], f"{median(t) * 1000:.0f} ms", f"{ratio(t, timed['sympy']):.2f}"] for n, t in timed.items()]
    report(
        "verify", "Decks and formulas, whole processes", "python benchmarks/verify.py", machine("sympy"),
        ["process", "median of 11", "beside import sympy"], rows, {"seconds": timed},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
