"""Training as the command does it: torch is looked for, interrupts are caught, the run's pictures are drawn at the end."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import fields
from types import FrameType
from typing import Any

from convcalc.errors import ConvcalcError, MissingError
from convcalc.process import interrupt
from convcalc.render import console

HANGUP: int = getattr(signal, "SIGHUP", 0)  # Windows has none


def trained(options: dict[str, Any], named: set[str], resume: str | None, lang: str, quiet: bool) -> dict[str, Any]:
    """Train, and leave everything in the run's folder; returns the summary with its state. `named` are the options that were given."""
    from convcalc.train.threads import give_way

    give_way()
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingError("torch_needed", reason=str(error)) from None
    from pathlib import Path

    from convcalc.train.finding import is_folder, run_of
    from convcalc.train.live import Live
    from convcalc.train.options import Options
    from convcalc.train.parallel import started
    from convcalc.train.run import Run
    from convcalc.train.session import run

    if resume is not None:
        if options["fresh"] or options["name"] is not None:
            raise ConvcalcError("resume_alone")
        found = run_of(resume, Path(options["runs"]))
        kept = found.config()["options"]
        here = {
            "device": options["device"],
            "precision": options["precision"] if options["precision"] != "auto" else kept.get("precision", "auto"),
            "compiled": options["compiled"] or bool(kept.get("compiled")),
            "threads": options["threads"] or kept.get("threads"),
        }
        gone = kept.get("data_dir") is not None and not is_folder(Path(kept["data_dir"]))
        here |= {"data_dir": None} if gone else {}
        # the data may have been moved; that they are the same is seen by their checksum
        here |= {key: options[key] for key in ("data", "data_dir") if options[key] != vars(Options(""))[key]}
        names = {one.name for one in fields(Options)}
        chosen = Options(**{k: v for k, v in kept.items() if k in names} | here | {"name": found.name, "runs": str(found.folder.parent), "fresh": False})  # fmt: skip
        own = ("device", "threads", "precision", "compiled", "runs", "name", "fresh", "data", "data_dir")
        other = [k for k, v in options.items() if k in named and k not in own and v != kept.get(k)]
        if other:
            words = {"recipe": options["recipe"], "flavour": "--recipe", "target": "--target-accuracy"}
            said = [words.get(key, f"--{key.replace('_', '-')}") for key in other]
            raise ConvcalcError("resume_settings", name=str(found.folder), keys=", ".join(said))
    else:
        chosen = Options(**options)
    first = started()[0] == 0
    live = Live(console(stderr=quiet), lang, first)
    asked = _Interrupts()
    data: list[Any] = []

    def told(event: str, values: dict[str, Any]) -> None:
        if event == "data":
            data.append(values["data"])
        asked.follow(event)
        live.told(event, values)

    with asked:
        try:
            summary = run(chosen, told, asked)
        except KeyboardInterrupt:
            summary = {"state": "interrupted"}
        finally:
            live.close()
        if not first:  # all is written by the first process; the threads of torch's groups can abort an orderly end
            sys.stdout.flush()
            os._exit(130 if summary["state"] == "interrupted" else 0)
        if summary["state"] == "interrupted":
            without = (" without --fresh", " không kèm --fresh") if chosen.fresh else ("", "")
            live.say(f"stopped; the same command{without[0]} goes on", f"đã dừng; chạy lại lệnh này{without[1]} để tiếp tục", "yellow")  # fmt: skip
        else:
            from convcalc.train.report import written

            try:
                written(Run(chosen.folder), lang, lambda text: live.say(text, text, "yellow"), *data)
            except KeyboardInterrupt:
                live.say(
                    f"stopped; the training is over, and convcalc report {chosen.folder} draws its pictures",
                    f"đã dừng; huấn luyện đã xong, dùng convcalc report {chosen.folder} để vẽ hình", "yellow",
                )  # fmt: skip
                raise
            live.say(f"see {chosen.folder}/report.md", f"xem {chosen.folder}/report.md")
        if live.lost is not None and not quiet:
            raise live.lost  # what was trained is there, but what was said of it is not
    return summary | {"run": str(chosen.folder)}


class _Interrupts:
    """While it trains, the first Ctrl-C (or a polite kill, or a terminal that is closed) asks for a stop after the step, whose state is kept.

    The second, and any before and after the training, stops at once.
    """

    def __init__(self) -> None:
        self.asked = self.training = False
        self.before: dict[int, Any] = {}

    def follow(self, event: str) -> None:
        """Whether it trains, by what it tells."""
        self.training = event == "start" or (self.training and event != "testing")

    def __call__(self) -> bool:
        return self.asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == HANGUP:
            return  # a terminal that is closed may send it twice
        if self.asked or not self.training:
            interrupt(number, frame)
        self.asked = True

    def __enter__(self) -> _Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM, HANGUP):
            if number and (number != HANGUP or signal.getsignal(number) != signal.SIG_IGN):  # as nohup has it
                self.before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
