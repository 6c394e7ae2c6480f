"""convcalc train: a reference model, trained to the end of its recipe."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from convcalc.cli.options import HELP, Device, DeviceOption, JsonOption, LangOption, dump, in_range, language
from convcalc.errors import ConvcalcError
from convcalc.words import pick


class Flavour(StrEnum):
    """As in the deck, or as good as the architecture gets."""

    slide = "slide"
    fast = "fast"


class Frozen(StrEnum):
    """What does not learn."""

    features = "features"


class Schedule(StrEnum):
    """How the learning rate goes over a training."""

    constant = "constant"
    onecycle = "onecycle"


class Precision(StrEnum):
    """In what numbers the products of a step are worked out."""

    auto = "auto"
    fp32 = "fp32"
    bf16 = "bf16"


RunsOption = Annotated[
    str, typer.Option("--runs", metavar="DIR", help=pick(HELP, "The folder of all runs.", "Thư mục chứa các run."))
]


def train(
    ctx: typer.Context,
    recipe: Annotated[str | None, typer.Argument(help=pick(HELP, "The recipe to train, such as lenet (see --list).", "Recipe cần huấn luyện, ví dụ lenet (xem --list)."), show_default=False)] = None,
    flavour: Annotated[Flavour, typer.Option("--recipe", help=pick(HELP, "slide: close to the lecture slides; fast: the same network, tuned for the highest accuracy (not for a shorter training).", "slide: mạng và cách huấn luyện gần với slide nhất; fast: cùng mạng, chỉnh để đạt độ chính xác cao nhất (không phải để chạy nhanh hơn)."))] = Flavour.slide,
    data: Annotated[str, typer.Option("--data", help=pick(HELP, "auto, a set's name, a folder with a subfolder for each class, or a .mat file.", "auto, tên tập dữ liệu, thư mục có thư mục con cho từng lớp, hoặc file .mat."))] = "auto",
    data_dir: Annotated[str | None, typer.Option("--data-dir", metavar="DIR", help=pick(HELP, "The folder with the data sets (or set CONVCALC_DATA).", "Thư mục chứa các tập dữ liệu (hoặc đặt biến môi trường CONVCALC_DATA)."), show_default=False)] = None,
    seed: Annotated[int, typer.Option("--seed", help=pick(HELP, "Seed of the first weights, the order of samples and the augmentation.", "Seed cho trọng số ban đầu, thứ tự mẫu và augmentation."))] = 0,
    epochs: Annotated[int | None, typer.Option("--epochs", help=pick(HELP, "Number of epochs (default: the recipe's).", "Số epoch (mặc định: theo recipe)."), show_default=False)] = None,
    batch: Annotated[int | None, typer.Option("--batch", help=pick(HELP, "Batch size (default: the recipe's).", "Batch size (mặc định: theo recipe)."), show_default=False)] = None,
    lr: Annotated[float | None, typer.Option("--lr", help=pick(HELP, "Highest learning rate (default: the recipe's).", "Learning rate lớn nhất (mặc định: theo recipe)."), show_default=False)] = None,
    schedule: Annotated[Schedule | None, typer.Option("--schedule", help=pick(HELP, "How the learning rate goes: constant, or up and down once.", "Learning rate: constant (giữ nguyên) hoặc onecycle (tăng rồi giảm một lần)."), show_default=False)] = None,
    limit: Annotated[int | None, typer.Option("--limit", help=pick(HELP, "No more samples of each part (training, validation, test) than this (10 at least), for a quick look.", "Số mẫu tối đa của mỗi phần (train, validation, test), để chạy thử nhanh; ít nhất là 10."), show_default=False)] = None,
    device: DeviceOption = Device.auto,
    precision: Annotated[Precision, typer.Option("--precision", help=pick(HELP, "Number format of the multiplications; auto: bf16 on a GPU that supports it, else fp32.", "Kiểu số khi nhân; auto: bf16 nếu GPU hỗ trợ, còn lại fp32."))] = Precision.auto,
    compiled: Annotated[bool, typer.Option("--compile", help=pick(HELP, "Compile the steps by torch.compile: slower to start, quicker in long trainings.", "Biên dịch bằng torch.compile: khởi động chậm hơn, chạy lâu thì nhanh hơn."))] = False,
    threads: Annotated[int | None, typer.Option("--threads", help=pick(HELP, "Threads on the CPU; usually as many as the network is worth.", "Số luồng CPU; mặc định tuỳ độ lớn của mạng."), show_default=False)] = None,
    name: Annotated[str | None, typer.Option("--name", help=pick(HELP, "Name of the run's folder.", "Tên thư mục của run."), show_default=False)] = None,
    runs: RunsOption = "runs",
    resume: Annotated[str | None, typer.Option("--resume", metavar="RUN", help=pick(HELP, "Go on with this run; its settings stay.", "Chạy tiếp run này, giữ nguyên thiết lập cũ."), show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=pick(HELP, "Delete what the run has, and train from the start.", "Xoá kết quả cũ của run (nếu có) và huấn luyện lại từ đầu."))] = False,
    target: Annotated[float | None, typer.Option("--target-accuracy", help=pick(HELP, "Stop when the validation accuracy (for masks, mIoU) reaches it (0 to 1); 1 is the exit code if it does not.", "Dừng khi độ chính xác validation (với mask là mIoU) đạt mức này (0 đến 1); mã thoát 1 nếu không đạt."), show_default=False)] = None,
    init: Annotated[str | None, typer.Option("--init", metavar="RUN", help=pick(HELP, "Begin with the weights of a run.", "Bắt đầu từ trọng số của một run."), show_default=False)] = None,
    freeze: Annotated[Frozen | None, typer.Option("--freeze", help=pick(HELP, "features: only the last layer learns.", "features: chỉ huấn luyện layer cuối."), show_default=False)] = None,
    classes: Annotated[int | None, typer.Option("--classes", help=pick(HELP, "Outputs of the last layer, if more than the data's classes.", "Số output của layer cuối, nếu nhiều hơn số lớp của dữ liệu."), show_default=False)] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help=pick(HELP, "Leave out pictures that cannot be decoded and texts without a known word.", "Bỏ qua ảnh không đọc được và văn bản không có từ nào đã biết."))] = False,
    listed: Annotated[bool, typer.Option("--list", help=pick(HELP, "List the recipes.", "Liệt kê các recipe."))] = False,
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Train a reference model; the same command goes on where it was stopped."""
    speech = language(lang)
    if listed:
        from convcalc.cli.runs import recipes_table

        recipes_table(json, speech)
        return 0
    if recipe is None and resume is None:
        raise ConvcalcError("recipe_needed")
    in_range("--seed", seed, 0, 2**31)
    for option, value, high in (
        ("--epochs", epochs, 100_000),
        ("--batch", batch, 1_000_000),
        ("--limit", limit, 10**9),
        ("--threads", threads, os.cpu_count() or 1),
        ("--classes", classes, 10_000),
    ):
        if value is not None:
            in_range(option, value, 10 if option == "--limit" else 1, high)
    if lr is not None and not 1e-6 <= lr <= 1000:
        raise ConvcalcError("out_of_range", option="--lr", value=f"{lr:g}", low="0.000001", high=1000)
    if target is not None and not 1e-6 <= target <= 1:
        hint = (
            (f"{target:g} % is {target / 100:g}.", f"{target:g} % ghi là {target / 100:g}.")
            if 1 < target <= 100
            else ("", "")
        )
        raise ConvcalcError("out_of_range", option="--target-accuracy", value=f"{target:g}", low="0.000001", high=1, hint=hint[0], hint_vi=hint[1])  # fmt: skip
    if name is not None and (
        name.strip() in ("", ".", "..")
        or "/" in name
        or not name.isprintable()
        or (os.name == "nt" and (set(name) & set('<>:"|?*\\') or name[-1] in ". "))
    ):
        raise ConvcalcError("bad_run_name", name=name)
    from convcalc.cli.training import trained

    options = {
        "recipe": recipe or "", "flavour": flavour.value, "data": data, "data_dir": data_dir, "seed": seed, "epochs": epochs, "batch": batch, "lr": lr, "schedule": schedule and schedule.value,
        "limit": limit, "device": device.value, "precision": precision.value, "compiled": compiled, "threads": threads, "name": name, "runs": runs, "fresh": fresh, "target": target,
        "init": init, "freeze": freeze is not None, "classes": classes, "skip_bad": skip_bad,
    }  # fmt: skip
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    named = {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    summary = trained(options, named, resume, speech, json)
    if summary["state"] == "interrupted":
        if json:
            print(dump(summary))
        return 130
    if json and "recipe" in summary:  # the first process has it
        print(dump(summary))
    return 0 if summary.get("reached_target") is not False else 1


train.__doc__ = pick(
    HELP, train.__doc__ or "", "Huấn luyện một model; chạy lại đúng lệnh đó để tiếp tục từ chỗ đã dừng."
)
