"""What torch says of a claim: the right answer, worked out by real modules, independently of convcalc's formulas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import nn

from convcalc.compute import Worked
from convcalc.errors import ConvcalcError
from convcalc.layers import Layer
from convcalc.numbers import Array
from convcalc.shape import Shape, show_shape
from convcalc.torchside.check import check
from convcalc.tracing import trace
from convcalc.verify.judge import Verdict
from convcalc.verify.kinds import KINDS


def confirm(verdict: Verdict, device: str = "cpu") -> bool:
    """Whether torch was asked about the claim's network; raises `ConvcalcError` if it says otherwise than convcalc."""
    claim = verdict.claim
    net, x = claim.given.get("layer"), claim.given.get("shape")
    if claim.kind == "output":
        worked: Worked = KINDS["output"].right(claim)
        differs = _output(claim.given, worked)
    elif net is None or x is None or (claim.kind in ("works", "choices") and KINDS["works"].right(claim) is False):
        return False
    else:
        differs = _checked(net, x, device)
        if not differs and claim.kind == "shape" and claim.given.get("after") is None and not trace(net, x).symbolic:
            differs = _shape(net.module(x), x, KINDS["shape"].right(claim))
    if differs:
        raise ConvcalcError("torch_differs", where=claim.where, differences=differs)
    return True


@lru_cache(maxsize=512)
def _checked(net: Layer, x: Shape, device: str) -> str:
    """What the check says of a network; many claims are about one."""
    return "; ".join(check(net, x, device).differences)


def _shape(module: nn.Module, x: Any, right: Any) -> str:
    """The output's shape of a real forward on the meta device."""
    with torch.no_grad():
        found = tuple(module.to("meta").eval()(torch.zeros(1, *x, device="meta")).shape[1:])
    return "" if found == right else f"{show_shape(found)}, {show_shape(right)}"


def _output(given: dict[str, Any], worked: Worked) -> str:
    """Every cell by torch's own modules in double precision."""
    data: Array = given["data"]
    module = worked.net.module(worked.input_shape).double()
    kernel, bias = given.get("kernel"), given.get("bias")
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            array = kernel if name.endswith("weight") else bias
            if array is None:
                parameter.zero_()
                continue
            values = torch.tensor([float(v) for v in array.values], dtype=torch.float64)
            parameter.copy_(values.expand(parameter.numel()).reshape(parameter.shape) if len(values) == 1 else values.reshape(parameter.shape))  # fmt: skip
        x = torch.tensor([float(v) for v in data.values], dtype=torch.float64).reshape(1, *worked.input_shape)
        found = module(x)[0].flatten()
    right = torch.tensor([float(v) for v in worked.output.values], dtype=torch.float64)
    if found.shape != right.shape or not torch.allclose(found, right, atol=1e-9):
        return f"{found.tolist()[:20]}, {right.tolist()[:20]}"
    return ""
