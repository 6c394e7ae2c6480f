"""From the words of a command to a finished run: data, network, training, test, and what is left in the folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from convcalc import __version__
from convcalc.errors import ConvcalcError, MissingError
from convcalc.memory import footprint
from convcalc.process import ends_at_once
from convcalc.reasons import of_device
from convcalc.shape import whole
from convcalc.torchside.free_memory import available
from convcalc.train.build import Built, build
from convcalc.train.data import Asked, Dataset, stratified
from convcalc.train.data.places import expanded
from convcalc.train.data.places import load as load_data
from convcalc.train.exact import exact
from convcalc.train.feed import Feed, scaling_of
from convcalc.train.finding import run_of
from convcalc.train.graphs import own_stream, recordable
from convcalc.train.kept import digest
from convcalc.train.loop import Training, cast_of, finite, precision_of, tested, train
from convcalc.train.memory import keep, ran_out, too_large
from convcalc.train.options import Options
from convcalc.train.parallel import World, device_of, world
from convcalc.train.recipes import Recipe, Setup, recipe_of
from convcalc.train.rewrites import rewritten, wide
from convcalc.train.run import Run
from convcalc.train.sameness import differences
from convcalc.train.summary import published_for, summarised
from convcalc.train.threads import threads, worth
from convcalc.train.transfer import freeze, take_over
from convcalc.train.workspace import Cuda, measure

# So much may be taken to measure a network, or as much as a step takes, if that is more.
EVALUATION_BYTES = 64 * 2**20

# So many samples tell something of the accuracy.
LEAST_VALIDATION = 200

# Told of everything that happens, by name.
Told = Callable[[str, dict[str, Any]], None]


def run(options: Options, told: Told, stop: Callable[[], bool]) -> dict[str, Any]:
    """Train, or go on training, and return summary.json's object; "state" says how it ended."""
    begun = time.perf_counter()
    keep()
    recipe = recipe_of(options.recipe)
    setup = options.setup(recipe)
    try:
        device = device_of(options.device)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MissingError("no_device", device=options.device, **of_device(error)) from None
    if options.data_dir is not None and not expanded(options.data_dir).is_dir():
        raise MissingError("no_data_folder", option="--data-dir", path=options.data_dir)
    with world(device) as processes, exact(device), own_stream(device), threads():
        if options.threads is not None:
            torch.set_num_threads(options.threads)
        size = None
        if recipe.data != "ntc-scv":
            channels, height, width = map(int, recipe.input.split(","))
            size = channels, height, width
        if options.data == "auto" and not recipe.data:
            raise ConvcalcError("data_needed", name=recipe.name)
        if not processes.first:
            with ends_at_once():
                processes.wait()  # the first process downloads and decodes what is not there yet
        found = Run(options.folder)
        begun_with = found.config()["signature"]["data"] if found.checkpoints() and not options.fresh else None
        # a run that goes on never falls back to another set
        own = recipe.data if options.data == "auto" and begun_with == recipe.data else options.data
        asked = Asked(size, options.seed, options.skip_bad)
        data = load_data(own, options.data_dir, asked, recipe.data, told)
        if processes.first:
            processes.wait()
        if options.limit is not None:
            data = data.limited(options.limit, options.seed)
        told("data", {"data": data})
        classes = options.classes or len(data.classes)
        if classes < len(data.classes):
            raise ConvcalcError("too_few_classes", classes=classes, has=len(data.classes))
        wanted = {"ntc-scv": "texts", "shapes": "masks"}.get(recipe.data, "images")
        if data.kind != wanted:
            raise ConvcalcError("other_data", name=recipe.name, data=data.name)
        built = build(recipe, data, classes, options.seed)
        if options.init is not None and processes.first and (options.fresh or not found.checkpoints()):
            other = run_of(options.init, Path(options.runs))
            if other.folder.resolve() == found.folder.resolve():
                raise ConvcalcError("init_itself", name=str(found.folder))
            # it must fit, before anything is cleared; other processes get the parameters from this one
            take_over(built.module, other, data.words, data.classes, options.freeze, told)
        if options.freeze and options.init is None:
            raise ConvcalcError("freeze_alone")
        if not processes.first:
            return _train(options, recipe, setup, data, built, classes, found, device, processes, told, stop, begun)
        found.make()
        with found.held():
            if options.fresh:
                found.clear()
            return _train(options, recipe, setup, data, built, classes, found, device, processes, told, stop, begun)


def _train(
    options: Options, recipe: Recipe, setup: Setup, data: Dataset, built: Built, classes: int, found: Run,
    device: torch.device, processes: World, told: Told, stop: Callable[[], bool], begun: float,
) -> dict[str, Any]:  # fmt: skip
    checksum, fixed = data.checksum(), options.fixed()
    of_before = found.config()["signature"] if processes.first and found.checkpoints() else {}
    # the same samples may lie in a folder of another name now
    name = processes.told(of_before["data"] if of_before.get("checksum") == checksum else data.name)
    signature: dict[str, Any] = {
        "recipe": recipe.name, "flavour": options.flavour, "setup": setup.as_object(), "spec": str(built.layer), "seed": options.seed,
        "data": name, "checksum": checksum, "classes": classes, "init": fixed.init and Path(fixed.init).name, "freeze": options.freeze, "target": options.target,
    }  # fmt: skip
    if not processes.same(signature):
        raise ConvcalcError("processes_differ")
    done = processes.told(_done(found, signature, fixed, data.words) if processes.first else None)
    if done is not None:
        told("finished", done)
        return dict(done) | {"state": "finished"}
    train_split, validation = data.train, data.validation
    if validation is None and setup.validation:
        labels = data.train.y if data.kind != "masks" else data.train.y[:, 0, 0] * 0
        # of a small set a small share would be a handful
        part = max(setup.validation, min(0.1, LEAST_VALIDATION / len(labels)))
        inner, held = stratified(labels, part, options.seed)
        train_split, validation = data.train.take(inner), data.train.take(held)
    if not all(len(part) for part in (train_split, validation, data.test) if part is not None):
        raise ConvcalcError("data_part_empty", name=data.name)
    scaling = scaling_of(train_split, recipe.normalise)
    shape = tuple(whole(size) for size in built.shape)
    if options.freeze:
        freeze(built.module, told)
    meter = Cuda(device) if device.type == "cuda" else None
    try:
        module = built.module.to(device)
    except RuntimeError as error:  # others may have all of a GPU's memory
        if ran_out(error):
            raise MissingError("no_memory") from None
        raise
    network = rewritten(module)
    last = device.type == "cuda" or wide(built.traced)
    if last:
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    precision = precision_of(options.precision, device)
    moments = 1 if setup.optimiser == "sgd" else 2
    # texts come as long as they are
    taken = data.train.x.shape[1:] if data.kind == "texts" else built.shape
    needs = footprint(built.layer, tuple(taken), half=precision == "bf16", channels_last=last, only_last=options.freeze)
    share = -(-min(setup.batch, len(train_split)) // processes.size)
    if options.threads is None and device.type == "cpu":
        torch.set_num_threads(worth(share * whole(built.traced.macs), torch.get_num_threads()))
    # so many samples are measured at once: they keep nothing for a backward pass, so they take no more than a step does, or than those bytes
    each = max(1, needs.peak(2, moments) - needs.peak(1, moments))
    at_once = max(1, min(1000, max(share, EVALUATION_BYTES // each)))

    config: dict[str, Any] = {
        "signature": signature, "input": list(shape), "classes": list(data.classes), "scaling": scaling, "kind": data.kind,
        "convcalc": __version__, "begun": datetime.now(UTC).isoformat(timespec="seconds"), "options": asdict(fixed),
        "decoded": list(data.train.x.shape[1:]), "notes": [list(note) for note in data.notes], "at_once": at_once, "samples": [len(train_split), None if validation is None else len(validation), len(data.test)], "published": published_for(recipe, data), "source": recipe.source, "words": digest(data.words) if data.words else None,
    }  # fmt: skip

    def feed(split: Any) -> Feed:
        return Feed(split, device, shape, scaling, options.seed, processes.share, at_once)

    def worst() -> int:
        """Of a step, or of measuring on the validation set."""
        once = 0 if validation is None else needs.evaluation(min(at_once, len(validation)), moments)
        return max(needs.peak(share, moments), once)

    free = available(device) - train_split.held - (0 if validation is None else validation.held)
    if needs.peak(share, moments) > free:
        raise too_large(needs, share, moments, free)
    try:
        tensors = worst()
        if meter is not None:
            measure(needs, share, device, cast_of(precision, device), precision == "bf16", last, meter)
        if needs.peak(share, moments) > free:
            raise too_large(needs, share, moments, free)
        while at_once > share and needs.evaluation(at_once, moments) > free:
            at_once = max(share, at_once // 2)
        if processes.first and found.checkpoints():
            # as many as before the break: others would give other bits of the sums
            before = found.config().get("at_once", at_once)
            at_once = before if needs.evaluation(before, moments) <= free else at_once
        at_once = config["at_once"] = processes.told(at_once)
        memory = worst()
        t = Training(
            module, network, setup, options.seed, device, feed(train_split), None if validation is None else feed(validation), classes, found,
            processes, precision, signature, told, stop, options.target, data.kind == "masks", options.compiled, begun=begun,
        )  # fmt: skip
        t.recorded = not t.compiled and recordable(device, processes.size, t.train.even, memory, free)
        told("start", {"recipe": recipe, "setup": setup, "data": data, "built": built, "device": device, "batch": min(setup.batch, len(train_split)), "threads": torch.get_num_threads(), "precision": t.precision, "run": found,
             "memory": needs.peak(share, moments), "samples": len(train_split)})  # fmt: skip
        if not processes.first:
            state = _trained(t)
            if state != "interrupted":
                tested(t, feed(data.test))
            return {"state": state}
        if not found.checkpoints():
            found.write_json("config.json", config)
            if data.words:
                found.write_json("words.json", list(data.words))
        if meter is not None:
            meter.reset()
        state = _trained(t)
        # what the steps took at their worst, without the data set that lies beside them
        most = None if meter is None else meter.most() - meter.lying - t.held
        if state == "interrupted":
            return {"state": state, "epochs": len(t.history)}
        measured = tested(t, feed(data.test))
        finite(t, measured.loss, len(t.history) - 1)
        summary = summarised(options.flavour, options.seed, recipe, data, t, measured)
        summary |= {
            "estimated_memory": memory,
            "workspace_memory": memory - tensors,
            "peak_memory": most,
        }
        if t.target is not None:
            summary |= {"target": t.target, "reached_target": state == "target"}
        found.write_json("confusion.json", measured.confusion.long().tolist())
        found.write_json("worst.json", [{"sample": i, "taken": j, "share": round(p, 6)} for i, j, p in measured.worst])
        found.write_json("summary.json", summary)
    except RuntimeError as error:
        if ran_out(error):
            raise too_large(needs, share, moments, free) from None
        if options.compiled and type(error).__module__.startswith("torch._"):  # dynamo's and inductor's own
            raise MissingError("cannot_compile", reason=" ".join(str(error).splitlines()[:2])[:200]) from None
        raise
    told("tested", summary)
    return summary | {"state": state}


def _trained(t: Training) -> str:
    """How the training ended; a stop that was asked for in its last moments comes before the test."""
    state = train(t)
    if t.world.any(t.stop()):
        return "interrupted"
    t.told("testing", {})
    return state


def _done(found: Run, signature: dict[str, Any], options: Options, words: Sequence[str]) -> dict[str, Any] | None:
    """The summary of a run that is finished with the same settings; where its data now lie is written down, and its words if they are gone."""
    if found.checkpoints():
        config = found.config()
        if config["signature"] != signature:
            raise ConvcalcError("run_other", name=str(found.folder), **differences(config["signature"], signature))
        kept = config["options"]
        there = kept | {"data": options.data, "data_dir": options.data_dir}
        if there != kept:
            found.write_json("config.json", config | {"options": there})
        if words and not (found.folder / "words.json").is_file():
            found.write_json("words.json", list(words))
    parts = ("confusion.json", "worst.json", "metrics.jsonl")
    if not found.whole() or not all((found.folder / name).is_file() for name in parts):
        found.untested()
        return None
    return found.summary()
