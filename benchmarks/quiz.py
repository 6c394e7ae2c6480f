"""Variants a second, and the marks of a large class: 100,000 answers to papers of their own, as whole processes."""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from common import in_turn, machine, median, no_words, report

from convcalc.quiz.grading import LETTERS
from convcalc.quiz.key import question_of_key
from convcalc.quiz.stream import Stream

CONVCALC = str(Path(sys.executable).with_name("convcalc"))
MIDTERM = str(Path(__file__).parent.parent / "quizzes" / "midterm.toml")
ANSWERS, VARIANTS = 100_000, 10_000


def answers(key: Path, path: Path) -> int:
    """A CSV of answers: two thirds are right, some are left out or make no sense."""
    students = json.loads(key.read_text(encoding="utf-8"))["students"]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["student", "question", "answer"])
        for student, found in students.items():
            for entry in found["questions"]:
                stream = Stream(student, entry["number"])
                if "right" in entry:
                    text = LETTERS[entry["right"]] if stream.below(3) else LETTERS[stream.below(4)]
                else:
                    question = question_of_key(entry)
                    text = question.right("vi") if stream.below(3) else str(stream.below(40))
                writer.writerow([student, entry["number"], text])
                count += 1
    return count


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, sheet = Path(folder) / "out", Path(folder) / "answers.csv"
        paper = json.loads(subprocess.run([CONVCALC, "quiz", "make", MIDTERM, "--copies", "1", "--out", str(out), "--json"], check=True, capture_output=True, text=True).stdout)  # fmt: skip
        assert paper["papers"] == 1
        size = len(json.loads((out / "key.json").read_text(encoding="utf-8"))["students"]["001"]["questions"])
        out = Path(folder) / "class"
        copies = -(-ANSWERS // size)
        make = [CONVCALC, "quiz", "make", MIDTERM, "--copies", str(copies), "--out"]
        subprocess.run([*make, str(out)], check=True, stdout=subprocess.DEVNULL)
        count = answers(out / "key.json", sheet)
        grade = [CONVCALC, "quiz", "grade", str(out / "key.json"), str(sheet), "--csv", str(Path(folder) / "marks.csv")]
        stress = [CONVCALC, "quiz", "stress", "-n", str(VARIANTS), "--json"]
        made: list[int] = []

        def stressed() -> None:
            made.append(json.loads(subprocess.run(stress, check=True, capture_output=True, text=True).stdout)["made_a_second"])  # fmt: skip

        timed = in_turn(
            {"stress": stressed, "grade": lambda: subprocess.run(grade, check=True, stdout=subprocess.DEVNULL)}, 5
        )
    rows = [
        [f"convcalc quiz stress -n {VARIANTS}", f"{median(timed['stress']):.2f} s", f"{VARIANTS / median(timed['stress']):.0f} variants a second, checked ({median(made):.0f} made a second)"],
        [f"convcalc quiz grade ({count} answers of {copies} students)", f"{median(timed['grade']):.2f} s", f"{count / median(timed['grade']):.0f} answers a second"],
    ]  # fmt: skip
    report(
        "quiz", "Variants and marks, whole processes", "python benchmarks/quiz.py", machine(),
        ["process", "median of 5", "rate"], rows, {"seconds": timed, "made_a_second": made},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
