"""Modules that are traced: torch's counts and shapes, tied weights, parts that are only measured; and torchvision's models."""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import convcalc as cc
from convcalc.models import MODELS
from convcalc.torchside.fx import import_module


def compare(module: nn.Module, shape: tuple[int, ...], unused: int = 0, macs: bool = True) -> cc.Trace:
    """The imported network has torch's output, parameters and multiply-adds, and passes the check."""
    imported = import_module(module, shape)
    traced = cc.trace(imported.layer, shape)
    words = any(isinstance(m, nn.Embedding) for m in module.modules())
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    given = torch.zeros((1, *shape), dtype=torch.int64 if words else torch.float32, device=device)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = module.eval()(given)
    assert traced.output == tuple(output.shape[1:])
    assert traced.params == sum(p.numel() for p in module.parameters()) - unused
    if macs:
        assert traced.macs == counter.get_total_flops() // 2
    return traced


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 8, 3, stride=2, padding="valid")
        self.fc = nn.Linear(16 * 7 * 7, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.a(x))
        y = F.max_pool2d(self.b(x), 2, stride=1, padding=1)
        z = F.interpolate(F.avg_pool2d(x, 2), size=(y.shape[2], y.shape[3]))
        x = torch.cat([y, F.hardswish(z) * torch.sigmoid(z)], dim=1)
        x = F.pad(x, (0, 0, 0, 0)) + x
        x = x.view(x.size(0), x.shape[1], -1).mean(2, keepdim=True) * x.flatten(2)
        x = x.permute(0, 2, 1).contiguous().transpose(1, 2)
        return F.log_softmax(self.fc(x.reshape(x.shape[0], -1)[:, : 16 * 7 * 7]), dim=1)


def test_functions_and_methods() -> None:
    traced = compare(Functional(), (3, 16, 16))
    assert "cat" in {row.text for row in traced}


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.never = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.relu(self.conv(x))) + x


def test_tied_weights_count_once_and_what_is_never_called_is_said() -> None:
    traced = compare(Tied(), (4, 9, 9), unused=12)
    assert [row.params for row in traced if row.text.startswith("conv")] == [148, 0]
    notes = [en for en, _ in import_module(Tied(), (4, 9, 9)).notes]
    assert notes == ["never is never called; its parameters are not counted"]
    net = cc.from_torch(Tied(), (4, 9, 9))
    assert cc.parse(str(net)) == net
    result = cc.check(net, (4, 9, 9), device="cpu")
    assert result.agrees, result.differences


def test_two_modules_with_one_weight() -> None:
    first, second = nn.Linear(8, 8), nn.Linear(8, 8)
    second.weight = first.weight
    compare(nn.Sequential(first, nn.ReLU(), second), (8,))


@pytest.mark.parametrize(
    ("layer", "params", "macs"),
    [
        (nn.LSTM(8, 5, batch_first=True), 300, 7 * 4 * 5 * (8 + 5)),
        (nn.GRU(8, 5, batch_first=True), 225, 7 * 3 * 5 * (8 + 5)),
        (nn.RNN(8, 5, batch_first=True), 75, 7 * 5 * (8 + 5)),
    ],
)
def test_what_has_no_rule_is_measured(layer: nn.Module, params: int, macs: int) -> None:
    class First(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = layer

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.inside(x)[0]
            return out

    imported = import_module(First(), (7, 8))
    traced = cc.trace(imported.layer, (7, 8))
    assert (traced.output, traced.params, traced.macs) == ((7, 5), params, macs)
    assert imported.measured == [type(layer).__name__]
    from convcalc.results import trace_object

    (row,) = trace_object(traced, None)["layers"]
    assert (row["formula"], row["receptive_field"]) == ("unknown", [None])
    assert cc.check(imported.layer, (7, 8), device="cpu").agrees
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.trace(imported.layer, (9, 8))
    assert caught.value.kind == "only_measured"


def test_a_chain_stays_a_chain() -> None:
    net = cc.from_torch(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()), (1, 28, 28))
    assert str(net) == "conv 6@5x5 in_channels=1 > relu > maxpool 2x2 s2 > flatten"
    assert str(cc.from_torch(nn.Conv2d(3, 8, 3, padding="same"), (3, 9, 9))) == "conv 8@3x3 same in_channels=3"


# convcalc's own branching modules run along generators, which torch.fx does not follow: these are the models without.
CHAINS = [
    n for n, m in MODELS.items() if not any(word in m.text() for word in ("graph", "residual", "concat", "bias >"))
]


@pytest.mark.parametrize("name", CHAINS)
def test_our_own_modules_come_back(name: str) -> None:
    """Every model's torch module, traced, is a network of the same shape and cost."""
    model = MODELS[name]
    with torch.device("meta"):
        module = model.layer().module(cc.as_shape(model.input))
    compare(module, cc.as_shape(model.input))  # type: ignore[arg-type]


def test_what_cannot_be_traced_is_said() -> None:
    class Branching(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if x.sum() > 0 else -x

    class Two(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return x + y

    for module, kind in ((Branching(), "trace_failed"), (Two(), "trace_failed"), (nn.Conv2d(3, 4, 9), "trace_failed")):
        with pytest.raises(cc.ConvcalcError) as caught:
            cc.from_torch(module, (3, 4, 4))
        assert caught.value.kind == kind
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.from_torch(nn.ReLU(), "3,M,N")
    assert caught.value.kind == "trace_letters"
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.from_torch("conv 3x3", (3, 4, 4))  # type: ignore[arg-type]
    assert caught.value.kind == "not_a_module"


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        out: Tensor = self.fc(x)
        return out if mask is None else out * mask


def test_unusual_modules() -> None:
    compare(Masked(), (4,))
    assert cc.trace(cc.from_torch(nn.Conv2d(3, 4, 3).half(), (3, 9, 9)), (3, 9, 9)).output == (4, 7, 7)
    assert cc.trace(cc.from_torch(nn.PReLU(3), (3, 4, 4)), (3, 4, 4)).params == 3
    lazy = nn.Sequential(nn.LazyConv2d(8, 3))
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.from_torch(lazy, (3, 9, 9))
    assert "lazy" in str(caught.value)
    assert lazy(torch.zeros(1, 3, 9, 9)).shape == (1, 8, 7, 7)


@pytest.mark.filterwarnings("ignore")
def test_weight_norm_adds_its_parameters() -> None:
    module = torch.nn.utils.weight_norm(nn.Conv2d(3, 8, 3))
    assert cc.trace(cc.from_torch(module, (3, 9, 9)), (3, 9, 9)).params == sum(p.numel() for p in module.parameters())


def test_the_module_is_left_as_it_was() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout())
    module[1].eval()
    before = {k: v.clone() for k, v in module.state_dict().items()}
    cc.from_torch(module, (1, 8, 8))
    assert [m.training for m in module.modules()] == [True, True, False, True]
    assert all(torch.equal(v, module.state_dict()[k]) for k, v in before.items())


# -- torchvision ------------------------------------------------------------------------------------------------


def torchvision_models() -> Any:
    """torchvision's models; None where it cannot be imported.

    A build for another torch cannot load its operators, without which its import fails; then they are declared. That comes second, since
    declaring them beside those that can be loaded ends the process.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("torchvision.models")
        except ImportError:
            return None
        except RuntimeError as error:
            if "does not exist" not in str(error):
                return None
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        _KEPT.append(library)
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        try:
            return importlib.import_module("torchvision.models")
        except (ImportError, RuntimeError):
            return None


_KEPT: list[Any] = []
TORCHVISION = torchvision_models()
NAMES = TORCHVISION.list_models(module=TORCHVISION) if TORCHVISION is not None else ["torchvision"]
# Their auxiliary classifiers are only called in training.
AUXILIARY = {"googlenet": 13_004_888 - 6_624_904, "inception_v3": 27_161_264 - 23_834_568}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(TORCHVISION is None, reason="torchvision is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_torchvision(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 299 if name == "inception_v3" else 224
    if name.startswith("regnet"):  # its widths are worked out with tensors, which the meta device has no numbers for
        monkeypatch.setattr(nn.init, "normal_", lambda t, *a, **k: t)
        with torch.device("cpu"):
            blocks = TORCHVISION.regnet.BlockParams
            plain = blocks.from_init_params.__func__

            def on_cpu(cls: Any, *args: Any, **kwargs: Any) -> Any:
                with torch.device("cpu"):
                    return plain(cls, *args, **kwargs)

            monkeypatch.setattr(blocks, "from_init_params", classmethod(on_cpu))
    with torch.device("meta"):
        module = TORCHVISION.get_model(name, weights=None)
    compare(module, (3, size, size), AUXILIARY.get(name, 0))
