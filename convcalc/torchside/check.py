"""The check: the same layer as real torch modules, run on real data, compared with what the formulas say.

Compared are the output's shape, every weight's shape, the multiply-adds (against torch's own FlopCounterMode) and the receptive
field (a NaN in one input row reaches an output cell or does not). With letters, a spread of values is put in.
"""

from __future__ import annotations

import math
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from convcalc.errors import OWN_RULES, ConvcalcError, MissingError
from convcalc.layers.base import Layer
from convcalc.layers.linear import Embedding
from convcalc.layers.shared import Measured
from convcalc.reasons import of_device
from convcalc.rebuild import put_in
from convcalc.scan import as_shape
from convcalc.shape import Shape, show_shape, whole, wholes
from convcalc.torchside.counting import counting
from convcalc.torchside.free_memory import available
from convcalc.torchside.probe import field_differences
from convcalc.torchside.values import assignments
from convcalc.tracing import Trace, trace

# Above this many multiply-adds the probe, which runs the network some ten times, would take seconds.
PROBE_MACS = 2_000_000_000
# How many inputs the probe sends at once, at most: four rows for each of three axes, and copies.
PROBE_ROWS = 24
# So many bytes are taken to be there without asking.
ALWAYS_FREE = 2**25
# A check with letters stops drawing values after this many seconds.
SECONDS = 4.0


@dataclass
class Check:
    """What torch said: `agrees` if nothing differs; `compared` and `differences` in words."""

    device: str
    torch: str
    compared: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.differences


def pick_device(name: str = "auto") -> torch.device:
    """cuda where there is one, else cpu; raises `MissingError` for a device that is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MissingError("no_device", device=name, **of_device(error)) from None
    return device


def check(net: Layer | str, x: Any, device: str = "auto", seed: int = 0) -> Check:
    """Compare `net` on an input of shape x with torch. Raises `ConvcalcError` where x does not fit."""
    traced = trace(net, as_shape(x))
    where = pick_device(device)
    result = Check(device_name(where), torch.__version__)
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's remarks on speed, such as 'same' with an even kernel
        if traced.symbolic:
            _check_letters(traced, where, result)
        else:
            compare_numbers(traced, where, result)
    return result


def device_name(device: torch.device) -> str:
    """cpu, or the name of the GPU."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


# -- numbers ----------------------------------------------------------------------------------------------------


def compare_numbers(traced: Trace, device: torch.device, result: Check) -> None:
    """Compare one network on an input of numbers, and note in `result` what was compared and what differs."""
    if not _fits(traced, 1, device):
        # Too large for this machine: torch works out shapes and counts without storing any number.
        device = torch.device("meta")
        result.device = "meta"
    # Two inputs at once, so that nothing is refused for a batch of one; one where the network is large.
    small = device.type != "meta" and whole(traced.macs) < PROBE_MACS and _fits(traced, PROBE_ROWS, device)
    batch = 2 if small else 1
    try:
        with device:
            module = traced.net.module(traced.input).eval()
        given = random_input(traced, batch, device)
        measured = any(isinstance(row.layer, Measured) for row in traced)
        with torch.no_grad(), counting(plainly=measured) as counter:
            output = module(given)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError, MemoryError) as error:
        result.compared.append("output")
        result.differences.append(f"torch refuses: {type(error).__name__}: {str(error).splitlines()[0][:160]}")
        return
    _compare(result, "output", show_shape(traced.output), show_shape(tuple(output.shape[1:])))
    if not measured:  # what was measured may share its weights with layers, and is torch's own count anyhow
        _compare_weights(traced, module, result)
        _compare(result, "macs", traced.macs, counter.get_total_flops() // (2 * batch))
    if small:
        found = field_differences(traced, module, given)
        if found is not None:
            result.compared.append("receptive field")
            result.differences += found


def _compare(result: Check, what: str, ours: Any, theirs: Any) -> None:
    result.compared.append(what)
    if ours != theirs:
        result.differences.append(f"{what}: convcalc {ours}, torch {theirs}")


def _compare_weights(traced: Trace, module: nn.Module, result: Check) -> None:
    ours = Counter(wholes(shape) for row in traced for shape in row.weights.values())
    theirs = Counter(tuple(p.shape) for p in module.parameters())
    if ours == theirs:
        result.compared.append("weights")
    else:
        _compare(result, "weights", _names(ours - theirs), _names(theirs - ours))
    _compare(result, "params", traced.params, sum(p.numel() for p in module.parameters()))


def _names(shapes: Counter[tuple[int, ...]]) -> str:
    return ", ".join(f"{n}×{show_shape(shape)}" for shape, n in shapes.items()) or "none besides"


def random_input(traced: Trace, batch: int, device: torch.device) -> Tensor:
    """Random inputs: word indices where the network looks them up, else normal numbers."""
    tables = [row.layer for row in traced if isinstance(row.layer, Embedding)]
    if tables:
        words = min(whole(table.num_embeddings) for table in tables)
        return torch.randint(words, (batch, *wholes(traced.input)), device=device)
    return torch.randn((batch, *wholes(traced.input)), device=device)


def _bytes_needed(traced: Trace, inputs: int) -> int:
    """Bytes to run so many inputs at once."""
    memory = traced.memory
    # cuDNN and im2col need room beside the two tensors that are alive at a time; ten times a layer's output is ample.
    largest = max(math.prod(wholes(row.output)) for row in traced)
    return whole(memory.params) + inputs * (whole(memory.input) + 40 * largest)


def _fits(traced: Trace, inputs: int, device: torch.device) -> bool:
    """Whether there is memory for so many inputs at once; on the CPU half of what is free, which belongs to others too."""
    needed = _bytes_needed(traced, inputs)
    # asking takes longer than working out a small layer
    return needed <= ALWAYS_FREE or needed <= available(device) // (1 if device.type == "cuda" else 2)


# -- letters ----------------------------------------------------------------------------------------------------


def _check_letters(traced: Trace, device: torch.device, result: Check) -> None:
    """Put numbers in for the letters: the formula's value, the numeric answer and torch's must be one, or all refuse."""
    begun = time.monotonic()
    count = refused = 0
    for values in assignments(traced):
        x = tuple(_number(size, values) for size in traced.input)
        shown = ", ".join(f"{name} = {value}" for name, value in sorted(values.items()))
        expected = all(condition.holds(values) for condition in traced.valid_when)
        if not expected:
            refused += 1
            if not _refused_with(traced.net, values, x):
                result.differences.append(f"outside the stated range, at {shown}, torch accepts")
            continue
        try:
            numeric = trace(put_in(traced.net, values), x)
        except ConvcalcError as error:
            result.differences.append(f"inside the stated range, at {shown}: {error.message()}")
            continue
        one = Check(result.device, result.torch)
        _compare(one, "output", tuple(_number(size, values) for size in traced.output), numeric.output)
        _compare(one, "params", _number(traced.params, values), numeric.params)
        _compare(one, "macs", _number(traced.macs, values), numeric.macs)
        compare_numbers(numeric, device, one)
        result.device = one.device
        result.compared = list(dict.fromkeys(result.compared + one.compared))
        result.differences += [f"at {shown}: {difference}" for difference in one.differences]
        count += 1
        if time.monotonic() - begun > SECONDS:
            break
    letters = ", ".join(sorted({name for values in assignments(traced) for name in values}))
    result.compared.append(f"{count} values of {letters}" + (f" and {refused} outside the range" if refused else ""))
    if not count:
        result.differences.append(f"no values of {letters} were found that fit")


def _refused_with(net: Layer, values: dict[str, int], x: Shape) -> bool:
    """Whether these numbers are refused: already as a layer, or by torch."""
    try:
        return any(size < 1 for size in wholes(x)) or refuses(put_in(net, values), x)
    except ConvcalcError:
        return True


def _number(dim: Any, values: dict[str, int]) -> Any:
    return dim if isinstance(dim, int) else dim.at(values)


# -- refusing ---------------------------------------------------------------------------------------------------


def refuses(net: Layer, x: Shape) -> bool:
    """Whether torch, too, refuses this input (or to build the modules).

    In a network the layer that convcalc refuses is asked by itself, on what it is given there. The rules that are convcalc's
    own (`OWN_RULES`) are not torch's to confirm.
    """
    layer, given = net, x
    try:
        trace(net, x)
    except ConvcalcError as error:
        if error.kind in OWN_RULES:
            return True
        if isinstance(error.subject, Layer) and error.given is not None:
            layer, given = error.subject, error.given[0]
    try:
        module = layer.module(given).eval()
        with torch.no_grad():
            out = module(torch.zeros((2, *wholes(given)), dtype=torch.int64 if layer.takes_indices else torch.float32))
            return not out.numel()
    except (
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        NotImplementedError,
        KeyError,
        AssertionError,
        ConvcalcError,
    ):
        return True
    return False
