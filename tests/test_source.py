"""PyTorch code that is read: fifty files, right ones against the modules they define, broken ones with line and sentence."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import convcalc as cc
from convcalc.importing.source import read_model

SOURCES = Path(__file__).parent / "sources"
RIGHT = sorted((SOURCES / "right").glob("*.py"))
BROKEN = sorted((SOURCES / "broken").glob("*.py"))


def stated(text: str, name: str) -> str:
    found = re.search(rf"^# {name}: (.*)$", text, re.MULTILINE)
    assert found is not None
    return found.group(1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", RIGHT, ids=lambda p: p.stem)
def test_what_is_read_is_what_torch_makes(path: Path) -> None:
    """The file is run here, by the test alone: its module has the same output, parameters and multiply-adds."""
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    text = path.read_text(encoding="utf-8")
    shape = cc.as_shape(stated(text, "input"))
    traced = cc.trace(cc.read_source(text), shape)
    names = runpy.run_path(str(path))
    models = [v for v in names.values() if isinstance(v, nn.Module)]
    if not models:
        classes = [v for v in names.values() if isinstance(v, type) and issubclass(v, nn.Module)]
        models = [classes[-1]()]
    module = models[0].eval()
    words = any(isinstance(m, nn.Embedding) for m in module.modules())
    given = torch.zeros((1, *shape), dtype=torch.int64) if words else torch.randn(1, *shape)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = module(given)
    output = output[0] if isinstance(output, tuple) else output
    assert traced.output == tuple(output.shape[1:])
    used = [p for name, p in module.named_parameters() if "unused" not in name]
    if path.stem != "tuple_output":
        assert traced.params == sum(p.numel() for p in used)
        assert traced.macs == counter.get_total_flops() // 2
    if "=" not in str(traced.net).replace("_channels=", "").replace("_features=", ""):
        assert cc.parse(str(traced.net)) == traced.net


def complaint(text: str) -> cc.ConvcalcError:
    """What is wrong with the code, or with its layers on the stated input."""
    try:
        model = read_model(text)
    except cc.ConvcalcError as error:
        return error
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.trace(model.layer, stated(text, "input"))
    return model.locate(caught.value)


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_what_is_wrong_is_said_with_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    error = complaint(text)
    assert error.kind == stated(text, "kind")
    assert error.exit_code == 2
    line = stated(text, "line")
    if line != "0":
        assert f"line {line}" in error.message()
        assert f"dòng {line}" in error.message("vi")


def test_too_long_code_is_not_read() -> None:
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source("#" * 1_000_001)
    assert caught.value.kind == "source_too_long"


def test_there_are_fifty_files() -> None:
    assert len(RIGHT) + len(BROKEN) >= 50


def test_nothing_is_run_or_imported(tmp_path: Path) -> None:
    """A file that would write to disk, when imported, when its class is made, and when it is called."""
    mark = tmp_path / "written"
    path = tmp_path / "evil.py"
    path.write_text(
        f"""
import os, convcalc_never_imported_module
os.system("touch {mark}1")
open("{mark}2", "w").close()
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        open("{mark}3", "w").close()
        __import__("os").system("touch {mark}4")
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        exec("open('{mark}5', 'w')")
        return self.conv(x)
""",
        encoding="utf-8",
    )
    for name in ("", ":Net"):
        ran = subprocess.run(
            [sys.executable, "-m", "convcalc", "shape", f"{path}{name}", "--input", "1,9,9", "--no-check"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 2
        assert "cannot be read without running the code" in ran.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["evil.py"]


def test_numeric_source_answers_without_torch() -> None:
    code = (
        "import sys; from convcalc.importing.source import read_source; import convcalc as cc;"
        f"net = read_source(open({str(SOURCES / 'right' / 'lenet.py')!r}).read());"
        "print(cc.trace(net, (1, 32, 32)).params, 'torch' in sys.modules, 'sympy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["61706", "False", "False"]


def test_the_errors_of_channels_name_both_sides() -> None:
    text = (SOURCES / "broken" / "wrong_channels.py").read_text(encoding="utf-8")
    model = read_model(text)
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.trace(model.layer, (1, 50, 50))
    said = model.locate(caught.value)
    assert re.fullmatch(r"conv2 \(line \d+\) takes 1 channel, but conv1 gives it 32", said.message())
    assert re.fullmatch(r"conv2 \(dòng \d+\) nhận 1 channel, nhưng conv1 cho 32", said.message("vi"))
    assert said.hint() == "The first number of conv2 should be 32."


def test_layers_that_are_never_called_are_said() -> None:
    model = read_model(
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.a = nn.Conv2d(1, 2, 3)\n"
        "        self.b = nn.Linear(3, 4)\n"
        "    def forward(self, x):\n"
        "        y = self.a(x)\n"
        "        return self.a(x)\n"
    )
    assert [en for en, _ in model.notes] == [
        "b (line 5) is never called; its parameters are not counted",
    ]


def test_classes_and_arguments_by_name() -> None:
    text = (SOURCES / "right" / "resnet_like.py").read_text(encoding="utf-8")
    block = cc.read_source(text, "Block", c=3, o=8, s=2)
    assert cc.trace(block, (3, 32, 32)).output == (8, 16, 16)
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source(text, "Blok")
    assert "Block, ResNet" in str(caught.value)
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source(text, "Block")
    assert "Block(c=10)" in str(caught.value)


def test_the_command(convcalc: Any, tmp_path: Path) -> None:
    lenet = SOURCES / "right" / "lenet.py"
    found = json.loads(convcalc("shape", f"{lenet}:LeNet(num_classes=2)", "--input", "1,32,32", "--json").out)
    assert found["params"] == 61_026
    assert found["check"]["agrees"]
    wrong = convcalc("shape", str(SOURCES / "broken" / "wrong_linear.py"), "--input", "1,28,28")
    assert wrong.code == 2
    assert "takes 6272 features, but flatten gives it 5408" in wrong.err
    for bad, kind in (
        (f"{lenet}:LeNet(3", "unexpected"), (f"{lenet}:LeNet(n=open('x'))", "source_unreadable"), (f"{lenet}:LeNet(x y)", "no_such_argument"),
        (f"{lenet}:Net", "source_no_class"), (f"{tmp_path}/none.py", "no_file"), (f"{lenet}:LeNet(n=3)", "source_python"),
    ):  # fmt: skip
        ran = convcalc("shape", bad, "--input", "1,32,32", "--json")
        assert json.loads(ran.out)["error"]["kind"] == kind
    assert convcalc("shape", str(lenet)).code == 2  # no input
    assert convcalc("shape", "relu", "--input", "3", "--trace").code == 2


@pytest.mark.filterwarnings("ignore")
def test_trace_runs_the_code(convcalc: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(
        "import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def __init__(self, n=4):\n        super().__init__()\n"
        "        self.rnn = nn.GRU(8, n, batch_first=True)\n\n    def forward(self, x):\n        return self.rnn(x)[0]\n"
    )
    ran = convcalc("shape", f"{path}:Net(n=5)", "--input", "7,8", "--trace")
    assert ran.code == 0
    assert "GRU (measured)" in ran.out
    assert "measured by running, without a formula: GRU" in ran.err
    path.write_text("raise RuntimeError('stop')\n")
    ran = convcalc("shape", f"{path}", "--input", "7,8", "--trace", "--json")
    assert json.loads(ran.out)["error"]["kind"] == "code_failed"
    path.write_text("x = 1\n")
    ran = convcalc("shape", f"{path}", "--input", "7,8", "--trace", "--json")
    assert json.loads(ran.out)["error"]["kind"] == "source_nothing"


def test_the_homes_of_functions_are_torchs_own() -> None:
    import torch

    from convcalc.importing.homes import HOMES
    from convcalc.importing.ops import RULES

    places = {"torch": torch, "torch.nn.functional": torch.nn.functional, "torch.Tensor": torch.Tensor}
    for home, names in HOMES.items():
        owner = places[home]
        assert {n for n in RULES if hasattr(owner, n) and not n.startswith("__")} - names <= {"double", "float", "half"}
        assert all(hasattr(owner, name) for name in names)


_HEAD = """import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.words = nn.Embedding(10, 5)
        self.linear = nn.Linear(5, 2)

    def forward(self, x):
        return """


@pytest.mark.parametrize("said", ["torch.silu(self.conv(x))", "F.flatten(self.conv(x), 1)", "self.conv(x).gelu()"])
def test_a_function_that_torch_has_elsewhere(said: str) -> None:
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source(_HEAD + said + "\n")
    assert caught.value.kind == "source_python"
    assert "has no attribute" in caught.value.message()


def test_the_batch_is_swapped_for_words_only() -> None:
    assert str(cc.read_source(_HEAD + "self.words(x.T)\n")) == "embedding 10 5"
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source(_HEAD + "self.linear(x.T)\n")
    assert caught.value.kind == "source_unreadable"


def test_what_is_too_large_to_follow_is_no_error_of_python() -> None:
    with pytest.raises(cc.ConvcalcError) as caught:
        cc.read_source(_HEAD + "x if len(range(10**7)) else self.conv(x)\n")
    assert caught.value.kind == "source_unreadable"
