"""What a training says while it runs: a progress bar in a terminal, lines elsewhere."""

from __future__ import annotations

import errno
import time
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from convcalc.notation import show
from convcalc.process import nowhere
from convcalc.shape import show_shape
from convcalc.train.run import passed_over
from convcalc.train.sameness import changes
from convcalc.words import decimal, pick

# The bar is drawn no more often than this, in seconds.
OFTEN = 0.25
MIB = 2**20
# Seconds after which one asks what is done.
PATIENCE = 1.0
# With fewer steps in an epoch, one says that the batch is large.
FEW_STEPS = 4


class Live:
    """Shows the events of a training; `told` is given to it."""

    def __init__(self, out: Console, lang: str, first: bool = True) -> None:
        self.out, self.lang, self.first = out, lang, first
        out.on_broken_pipe = lambda: _unheard(out)  # type: ignore[method-assign]
        self.bar: Progress | None = None
        self.task: TaskID | None = None
        self.seen = 0
        self.since = self.last = 0.0
        self.download = ""
        self.decoding = False  # whether it has been said
        self.training = False
        self.lost: OSError | None = None  # why lines could not be written while it trained

    def say(self, en: str, vi: str, style: str = "") -> None:
        """A line in the language."""
        text = Text(pick(self.lang, en, vi), style=style)
        try:
            (self.bar.console if self.bar else self.out).print(text)
        except OSError as error:
            if error.errno != errno.EIO:  # not a terminal that is closed, but perhaps a full disk
                if not self.training:
                    raise
                self.lost = error
            _unheard(self.out)

    def told(self, event: str, values: dict[str, Any]) -> None:
        """Show an event."""
        if self.first and hasattr(self, "_" + event):
            getattr(self, "_" + event)(**values)

    def _download(self, name: str, there: int, total: int) -> None:
        if name != self.download:
            self.close()
            self.download = name
            self.say(f"downloading {name} ({total / MIB:.1f} MiB)", f"đang tải {name} ({decimal(f'{total / MIB:.1f}', 'vi')} MiB)")  # fmt: skip
            if self.out.is_terminal:
                self.bar = Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=self.out, transient=True)  # fmt: skip
                self.bar.start()
                self.task = self.bar.add_task("", total=total)
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=there)

    def _decoding(self, there: int, total: int) -> None:
        now = time.perf_counter()
        if there == 1:
            self.close()
            self.since = self.last = now
            self.decoding = False
            if self.out.is_terminal:
                self.bar = Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=self.out, transient=True)  # fmt: skip
                self.bar.start()
                self.task = self.bar.add_task("", total=total)
        if not self.decoding and now - self.since > PATIENCE:
            self.decoding = True
            self.say(f"decoding {total} pictures", f"đang đọc {total} ảnh")
        if self.bar is not None and self.task is not None and (there == total or now - self.last > OFTEN):
            self.bar.update(self.task, completed=there)
            self.last = now

    def _start(
        self,
        recipe: Any,
        setup: Any,
        data: Any,
        built: Any,
        device: Any,
        precision: str,
        run: Any,
        memory: int,
        samples: int,
        batch: int,
        threads: int,
    ) -> None:
        from convcalc.render import table

        self.close()  # the bar of what was downloaded or decoded
        for note in data.notes:
            self.say(note[0], note[1], "yellow")
        self.training = True
        rows = list(built.traced)
        totals = (built.traced.params, built.traced.macs)
        self.out.print(table(rows, self.lang, totals, self.out.width))
        params, macs = show(built.traced.params), show(built.traced.macs)
        size = decimal(f"{memory / MIB:.0f}", self.lang)
        self.say(
            f"{recipe.name}: {data.name}, {samples} samples for training; input {show_shape(built.shape)}, {params} params (torch agrees), {macs} MACs, about {size} MiB for a batch of {batch}",
            f"{recipe.name}: {data.name}, {samples} mẫu để train; input {show_shape(built.shape)}, {params} tham số (khớp với torch), {macs} MAC, khoảng {size} MiB cho batch {batch}",
        )  # fmt: skip
        rate = decimal(f"{setup.lr:g}", self.lang)
        where = str(device)
        if where == "cpu":
            where += pick(self.lang, f" ({threads} thread{'s' * (threads != 1)})", f" ({threads} luồng)")
        self.say(
            f"{setup.epochs} {'epoch' if setup.epochs == 1 else 'epochs'}, {setup.optimiser}, learning rate {rate} ({setup.schedule}), on {where}, {precision}; {run.folder}",
            f"{setup.epochs} epoch, {setup.optimiser}, learning rate {rate} ({setup.schedule}), trên {where}, {precision}; {run.folder}",
            "dim",
        )
        steps = -(-samples // batch)
        better = min(32, max(2, samples // 16))
        if steps < FEW_STEPS and better < batch:
            self.say(
                f"only {steps} step{'s' * (steps != 1)} an epoch: a batch of {batch} is large for {samples} samples; try --batch {better}",
                f"mỗi epoch chỉ có {steps} bước: batch {batch} quá lớn cho {samples} mẫu; thử --batch {better}", "yellow",
            )  # fmt: skip
        if self.out.is_terminal:
            self.bar = Progress(
                SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn(),
                console=self.out, transient=True,
            )  # fmt: skip
            self.bar.start()

    def _resumed(self, epoch: int, step: int, of: int) -> None:
        at = pick(self.lang, f", after step {step}", f", sau bước {step}") if step else ""
        if epoch < of:
            self.say(
                f"going on with epoch {epoch + 1} of {of}{at}", f"tiếp tục từ epoch {epoch + 1}/{of}{at}", "yellow"
            )
        else:
            self.say(f"all {of} epochs are there already", f"đã có đủ {of} epoch", "yellow")

    def _damaged(self, name: str) -> None:
        self.say(*passed_over(name), "yellow")

    def _elsewhere(self, then: dict[str, Any], now: dict[str, Any]) -> None:
        self.say(
            f"the last bits will not be those of a training without a break: {changes(then, now, 'en')}",
            f"kết quả sẽ không trùng từng bit với một lần chạy không bị ngắt: {changes(then, now, 'vi')}", "yellow",
        )  # fmt: skip

    def _not_recorded(self, reason: str) -> None:
        self.say(
            f"the step cannot be recorded as a CUDA graph, so a small network trains more slowly: {reason}",
            f"không ghi lại được bước train thành CUDA graph, nên mạng nhỏ sẽ chạy chậm hơn: {reason}", "yellow",
        )  # fmt: skip

    def _taken(self, run: str, taken: int, of: int, epochs: int | None = None) -> None:
        self.say(f"{taken} of {of} tensors taken from {run}", f"lấy {taken}/{of} tensor từ {run}")
        if epochs is not None:
            self.say(
                f"{run} was not trained to its end: {'1 epoch' if epochs == 1 else f'{epochs} epochs'} so far",
                f"{run} chưa huấn luyện xong: mới được {epochs} epoch", "yellow",
            )  # fmt: skip

    def _frozen(self, count: int) -> None:
        self.say(f"{count} parameters frozen", f"đóng băng {count} tham số")

    def _step(self, epoch: int, step: int, of: int, epochs: int, samples: int, sums: Any) -> None:
        if self.bar is None:
            return
        now = time.perf_counter()
        self.seen += samples
        if self.task is None:
            self.task = self.bar.add_task("", total=of * epochs, completed=of * epoch + step, said="")
            self.since, self.seen, self.last = now, 0, now
        elif now - self.last > OFTEN:
            loss, right, count = sums.tolist()  # the one time that the loop waits for a GPU
            rate = self.seen / (now - self.since)
            said = f"loss {decimal(f'{loss / count:.3f}', self.lang)} ({_share(right / count, self.lang)})  {rate:.0f} "
            self.bar.update(
                self.task, description=f"epoch {epoch + 1}/{epochs}", completed=of * epoch + step,
                said=said + pick(self.lang, "samples/s", "mẫu/s"),
            )  # fmt: skip
            self.last = now

    def _epoch(
        self, epoch: int, of: int, train_loss: float, train_accuracy: float, seconds: float, **rest: Any
    ) -> None:
        said = f"epoch {epoch:>{len(str(of))}}/{of}  train loss {decimal(_loss(train_loss), self.lang)} ({_share(train_accuracy, self.lang)})"
        if "validation_loss" in rest:
            shares = _share(rest["validation_accuracy"], self.lang)
            if "validation_iou" in rest:
                shares += f"; mIoU {_share(rest['validation_iou'], self.lang)}"
            said += f"  validation {decimal(_loss(rest['validation_loss']), self.lang)} ({shares})"
        said += f"  {decimal(f'{seconds:.1f}', self.lang)} s"
        self.say(said, said)

    def _tested(self, **summary: Any) -> None:
        self.close()
        published = summary.get("published")
        what, key = (
            ("mIoU", "test_iou")
            if "test_iou" in summary
            else (pick(self.lang, "accuracy", "độ chính xác"), "test_accuracy")
        )
        reached = _share(summary[key], self.lang)
        beside = "" if published is None else pick(self.lang, f" (published: {_share(published, 'en')})", f" (kết quả đã công bố: {_share(published, 'vi')})")  # fmt: skip
        seconds = decimal(f"{summary['seconds']:.1f}", self.lang)
        if "target" in summary:
            self._target(summary)
        self.say(
            f"test set: {what} {reached}{beside}; {seconds} s in all", f"tập test: {what} {reached}{beside}; tổng cộng {seconds} s",
            "green",
        )  # fmt: skip
        common = summary.get("most_common", 0.0)  # runs of before have none
        if summary["test_accuracy"] <= common < 1:
            always, own = _share(common, self.lang), _share(summary["test_accuracy"], self.lang)
            masks = "test_iou" in summary
            en, vi = ("pixels", "pixel") if masks else ("samples", "mẫu")
            self.say(
                f"always answering with the most common class would be right for {always} of the {en}, the network is right for {own}: it has learned nothing useful; try another learning rate (--lr, with --fresh) or more epochs",
                f"nếu luôn đoán lớp có nhiều {vi} nhất thì đúng {always} số {vi}, còn mạng đúng {own}: mạng chưa học được gì; thử learning rate khác (--lr, kèm --fresh) hoặc thêm epoch", "yellow",
            )  # fmt: skip

    def _target(self, summary: dict[str, Any]) -> None:
        """What validation has come to, beside the accuracy that was asked for."""
        held = summary.get("validation_iou", summary.get("validation_accuracy", 0.0))
        reached, wanted = _share(held, self.lang), _share(summary["target"], self.lang)
        if summary["reached_target"]:
            epochs = summary["epochs"]
            self.say(
                f"validation reached {reached}, the target was {wanted}: stopped after epoch {epochs}",
                f"validation đạt {reached}, đủ mục tiêu {wanted}: dừng sau epoch {epochs}",
            )
        else:
            self.say(
                f"validation reached {reached}, below the target of {wanted} (--target-accuracy)",
                f"validation chỉ đạt {reached}, chưa tới mục tiêu {wanted} (--target-accuracy)", "yellow",
            )  # fmt: skip

    def _finished(self, **summary: Any) -> None:
        self.say(
            "this run is finished; to train it from the start, repeat its first command with --fresh",
            "run này đã xong; để huấn luyện lại từ đầu, chạy lệnh ban đầu với --fresh", "yellow",
        )  # fmt: skip
        self._tested(**summary)

    def close(self) -> None:
        """Put the bar away."""
        if self.bar is not None:
            with suppress(OSError):  # of a terminal that is closed
                self.bar.stop()
            self.bar = self.task = None


def _unheard(out: Console) -> None:
    """Who read the lines, such as head, has gone; the training is what was asked for, and goes on."""
    out.quiet = True
    nowhere(out.file.fileno())


def _loss(value: float) -> str:
    return f"{value:.4f}" if value < 10_000 else f"{value:.3g}"


def _share(value: float, lang: str) -> str:
    return decimal(f"{value * 100:.2f}", lang) + " %"
