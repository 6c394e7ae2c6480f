"""The steps of a traced module, one by one: each becomes a layer, or is measured."""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Builder, Imported, Part, Size, Sizes, Value
from convcalc.importing.ops import RULES, Call, Unreadable
from convcalc.layers import TORCH_NAMES, Layer, Measured
from convcalc.layers.graph import INPUT
from convcalc.layers.merge import MERGES
from convcalc.shape import Shape, short, wholes
from convcalc.torchside.attributes import layer_of
from convcalc.torchside.counting import counting
from convcalc.tracing import trace

# So many inputs at once: a size in the code that is 2 is hardly meant for it by chance, and a batch norm takes it.
BATCH = 2
_OPERATORS: dict[Any, str] = {operator.add: "add", operator.iadd: "add", operator.mul: "mul", operator.imul: "mul"}


class Importer:
    """Goes through the steps with two values for each: what torch makes of fake tensors, and what the builder makes."""

    def __init__(self, graph: fx.GraphModule, module: nn.Module) -> None:
        self.graph, self.module = graph, module
        self.build = Builder()
        self.real: dict[fx.Node, Any] = {}  # fake tensors, numbers, tuples
        self.made: dict[fx.Node, Any] = {}  # Value, Size, Sizes, numbers, or None for what is not followed
        self.depends: set[fx.Node] = set()  # on the input
        self.macs: dict[fx.Node, int] = {}  # of steps that no layer or measured part has counted
        self.layers: dict[int, Layer] = {}  # id(module) → its layer, so that a module used twice is one
        self.counted: set[int] = set()  # id of parameters that measured parts have counted
        self.modules: list[nn.Module] = []  # that became layers
        self.shapes: dict[str, tuple[int, ...]] = {}  # of the nodes
        self.measured: list[str] = []
        self.device = next((p.device for p in module.parameters()), torch.device("cpu"))
        # A module on the meta device works on shapes alone as it is.
        on_meta = self.device.type == "meta"
        self.fake: Any = nullcontext() if on_meta else FakeTensorMode(allow_non_fake_inputs=True)

    def run(self, x: Shape) -> Imported:
        """The whole network; torch's own log of what goes wrong inside is not shown beside the error that says it."""
        logger = logging.getLogger("torch._subclasses.fake_tensor")
        before, logger.disabled = logger.disabled, True
        try:
            return self.follow(x)
        finally:
            logger.disabled = before

    def follow(self, x: Shape) -> Imported:
        """Step after step."""
        outputs: Any = None
        given = False
        for node in self.graph.graph.nodes:
            if node.op == "placeholder":
                if given and not node.args and not node.users:
                    continue  # it has its default, which nothing looks at any more
                if given and not node.args:
                    raise ConvcalcError("trace_failed", reason=f"it takes a second input, {node.name}")
                if given:
                    self.real[node] = self.made[node] = node.args[0]
                    continue
                given = True
                words = any(isinstance(m, nn.Embedding) for m in self.module.modules())
                with self.fake:
                    floats = (p.dtype for p in self.module.parameters() if p.is_floating_point())
                    dtype = torch.int64 if words else next(floats, torch.float32)
                    self.real[node] = torch.zeros((BATCH, *wholes(x)), dtype=dtype, device=self.device)
                self.made[node] = Value(INPUT)
                self.shapes[INPUT] = wholes(x)
                self.depends.add(node)
            elif node.op == "output":
                outputs = node.args[0]
            else:
                self.step(node)
        if isinstance(outputs, dict):
            outputs = next(iter(outputs.values()), None)
        if isinstance(outputs, tuple | list) and outputs:
            self.build.notes.append(("forward returns several tensors; the first is the output here", "forward trả về nhiều tensor; ở đây lấy tensor đầu tiên"))  # fmt: skip
            outputs = outputs[0]
        value = self.made.get(outputs) if isinstance(outputs, fx.Node) else None
        if not isinstance(value, Value):
            raise ConvcalcError("trace_failed", reason="its output is not a tensor that depends on the input")
        imported = self.build.finish(value)
        imported.input, imported.measured = wholes(x), self.measured
        self.say_unused(imported)
        return imported

    def step(self, node: fx.Node) -> None:
        """One step: run it on shapes, then find its layer."""
        args = fx.node.map_arg(node.args, lambda n: self.real[n])
        kwargs = fx.node.map_arg(node.kwargs, lambda n: self.real[n])
        target: Any = node.target
        if node.op == "get_attr":
            self.real[node] = _attribute(self.graph, str(target))
            return
        function: Callable[..., Any]
        if node.op == "call_module":
            function = self.graph.get_submodule(str(target))
        elif node.op == "call_method":
            function = getattr(args[0], str(target))
            args = args[1:]
        else:
            function = target
        try:
            with self.fake, counting() as counter:
                result = function(*args, **kwargs)
        except Exception as error:
            reason = f"{node.name}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            raise ConvcalcError("trace_failed", reason=short(reason, 160)) from None
        self.real[node] = result
        depends = any(n in self.depends for n in node.all_input_nodes)
        name = str(target) if node.op == "call_method" else getattr(target, "__name__", "")
        if depends and not node.users and name.endswith("_") and not name.startswith("__") and node.op != "call_module":
            # What uses the tensor afterwards uses the changed one, which the graph of steps does not say.
            raise ConvcalcError("trace_failed", reason=f"{node.name} changes a tensor in place")
        # What does not depend on the input is worked out once, however many inputs there are.
        self.macs[node] = counter.get_total_flops() // (2 * BATCH if depends else 2)
        if depends:
            self.depends.add(node)
            self.made[node] = self.value_of(node, function, result)

    def value_of(self, node: fx.Node, function: Any, result: Any) -> Any:
        """What the step is in the network; None for what only a later step can make something of."""
        if not isinstance(result, Tensor):
            return self.number_of(node, result)
        nodes, first, names = len(self.build.nodes), dict(self.build.first), set(self.build.names)
        parts = dict(self.build.parts)
        try:
            value = self.ruled(node, function)
            if isinstance(value, Value) and self.fits(value, result):
                if node.op == "call_module":
                    self.modules.append(function)
                return value
        except (Unreadable, ConvcalcError, TypeError, ValueError, IndexError, AttributeError):
            pass
        del self.build.nodes[nodes:]
        self.build.first, self.build.names, self.build.parts = first, names, parts
        if result.shape[:1] != (BATCH,):
            return None  # the batch is mixed with other axes, until a later step puts it in front again
        return self.measure(node, result)

    def number_of(self, node: fx.Node, result: Any) -> Any:
        """A size, all sizes, or a number that has become known; tuples of tensors are taken apart where they are used."""
        source = node.args[0] if node.args else None
        made = self.made.get(source) if isinstance(source, fx.Node) else None
        if (
            isinstance(made, Value)
            and isinstance(result, torch.Size | tuple)
            and all(isinstance(v, int) for v in result)
        ):
            return Sizes(made, tuple(result))
        if (
            isinstance(made, Value)
            and isinstance(result, int)
            and node.target == "size"
            and isinstance(node.args[1], int)
        ):
            return Size(made, node.args[1], result)
        if isinstance(made, Sizes) and node.target is operator.getitem and isinstance(result, int):
            return Size(made.value, int(str(node.args[1])), result)
        return result if isinstance(result, int | float | bool | str) else None

    def ruled(self, node: fx.Node, function: Any) -> Any:
        """The step by a rule of convcalc's."""
        args = fx.node.map_arg(node.args, self.argument)
        kwargs = fx.node.map_arg(node.kwargs, self.argument)
        if node.op == "call_module":
            if len(args) != 1 or kwargs or not isinstance(args[0], Value):
                raise Unreadable("a module of several inputs")
            return self.module_on(function, str(node.target), args[0])
        target: Any = node.target
        name = target if isinstance(target, str) else _OPERATORS.get(target) or str(getattr(target, "__name__", ""))
        made = RULES.get(name)
        if made is None:
            raise Unreadable(name)
        return made(Call(self.build, name, args, dict(kwargs), None))

    def argument(self, n: fx.Node) -> Any:
        made = self.made.get(n)
        if made is None:
            value = self.real[n]
            if isinstance(value, Tensor):
                raise Unreadable("a tensor that is not followed")
            return value
        return made

    def module_on(self, module: nn.Module, path: str, value: Value) -> Value:
        name = type(module).__name__
        if name not in TORCH_NAMES or type(module) is not getattr(nn, name, None):
            raise Unreadable(name)
        if module._forward_hooks or module._forward_pre_hooks:
            raise Unreadable("a module with hooks")
        layer = self.layers.get(id(module))
        if layer is None:
            layer = self.layers[id(module)] = layer_of(module)
            count = sum(p.numel() for p in module.parameters())
            if trace(layer, self.shape_of(value)).params != count:
                raise Unreadable("parameters that its class does not have")  # such as those of weight norm
        if self.is_tied(module):
            raise Unreadable("weights that another module has")
        return self.build.apply(layer, value, Part(path), shared=True)

    def is_tied(self, module: nn.Module) -> bool:
        """Whether any of its parameters belongs to another module that came before: then it is measured, without them."""
        mine = {id(p) for p in module.parameters()}
        others = {id(p) for m in self.modules if m is not module for p in m.parameters()}
        return bool(mine & (others | self.counted))

    def fits(self, value: Value, result: Tensor) -> bool:
        """Whether the rule gives the shape that torch gave."""
        shape = self.shape_of(value)
        return tuple(result.shape) == (BATCH, *shape)

    def shape_of(self, value: Value) -> tuple[int, ...]:
        """The shape at a node, worked out by convcalc from the shapes of its sources."""
        node = next((n for n in reversed(self.build.nodes) if n.name == value.node), None)
        known = self.shapes.get(value.node)
        if known is not None:
            return known
        assert node is not None
        xs = [self.shape_of(Value(source)) for source in node.sources]
        op = node.op
        if isinstance(op, str) and op.startswith("="):
            op = next(n.op for n in self.build.nodes if n.name == op[1:])
        if isinstance(op, Layer):
            found = wholes(trace(op, xs[0]).output)
        else:
            merge = MERGES[op] if isinstance(op, str) else op
            found = wholes(merge.shape(xs, merge.name))
        self.shapes[value.node] = found
        return found

    def measure(self, node: fx.Node, result: Tensor) -> Value:
        """The step as torch ran it: from all tensors of the network that it takes, through whatever was not followed."""
        sources: list[fx.Node] = []
        steps: list[fx.Node] = []
        self.reach(node, sources, steps)
        weights: dict[str, Shape] = {}
        parts: list[nn.Module] = []
        for step in steps:
            if step.op == "call_module":
                part = self.graph.get_submodule(str(step.target))
                parts.append(part)
                owned = part.named_parameters()
            elif step.op == "get_attr":
                value = self.real[step]
                owned = iter([(str(step.target), value)] if isinstance(value, nn.Parameter) else [])
            else:
                continue
            for name, parameter in owned:
                if id(parameter) not in self.counted and id(parameter) not in self.of_layers():
                    self.counted.add(id(parameter))
                    weights[f"{step.name}.{name}"] = tuple(parameter.shape)
        name = self.name_of(node, steps)
        macs = sum(self.macs.pop(step, 0) for step in steps)
        how = Measured(
            name, [self.shape_of(self.made[s]) for s in sources], tuple(result.shape[1:]), weights, macs,
            _replay(self.graph, node, sources, steps), parts,
        )  # fmt: skip
        if name not in self.measured:
            self.measured.append(name)
        value = self.build.merge(how, [self.made[s] for s in sources], name)
        self.shapes[value.node] = tuple(result.shape[1:])
        return value

    def of_layers(self) -> set[int]:
        return {id(p) for m in self.modules for p in m.parameters()}

    def reach(self, node: fx.Node, sources: list[fx.Node], steps: list[fx.Node]) -> None:
        """The tensors of the network that a step goes back to, and the steps between."""
        if node in steps:
            return
        for n in node.all_input_nodes:
            if isinstance(self.made.get(n), Value):
                if n not in sources:
                    sources.append(n)
            else:
                self.reach(n, sources, steps)
        steps.append(node)

    def name_of(self, node: fx.Node, steps: list[fx.Node]) -> str:
        """The name of the module or function of a step; of the one before, where the step only takes a part of what that gave."""
        if node.target is operator.getitem and isinstance(node.args[0], fx.Node) and node.args[0] in steps:
            node = node.args[0]
        if node.op == "call_module":
            return type(self.graph.get_submodule(str(node.target))).__name__
        return str(node.target) if isinstance(node.target, str) else getattr(node.target, "__name__", node.name)

    def say_unused(self, imported: Imported) -> None:
        used = {id(p) for m in self.modules for p in m.parameters()} | self.counted
        for name, part in self.module.named_modules():
            own = list(part.parameters(recurse=False))
            if own and not any(id(p) in used for p in own):
                said = f"{name or type(part).__name__}"
                imported.notes.append((f"{said} is never called; its parameters are not counted", f"{said} không bao giờ được gọi; không tính tham số của nó"))  # fmt: skip
        if self.measured:
            names = ", ".join(self.measured)
            imported.notes.append((f"measured by running, without a formula: {names}", f"chỉ đo bằng cách chạy, không có công thức: {names}"))  # fmt: skip


def _attribute(graph: fx.GraphModule, path: str) -> Any:
    found: Any = graph
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _replay(graph: fx.GraphModule, node: fx.Node, sources: list[fx.Node], steps: list[fx.Node]) -> Callable[[list[Any]], Any]:  # fmt: skip
    """torch's own steps once more, from given tensors; sizes in them follow the tensors."""

    def run(tensors: list[Any]) -> Any:
        values: dict[fx.Node, Any] = dict(zip(sources, tensors, strict=True))
        for step in steps:
            args = fx.node.map_arg(step.args, lambda n: values[n])
            kwargs = fx.node.map_arg(step.kwargs, lambda n: values[n])
            target: Any = step.target
            if step.op == "get_attr":
                values[step] = _attribute(graph, str(target)).to(tensors[0].device)
            elif step.op == "call_module":
                values[step] = graph.get_submodule(str(target))(*args, **kwargs)
            elif step.op == "call_method":
                values[step] = getattr(args[0], str(target))(*args[1:], **kwargs)
            else:
                values[step] = target(*args, **kwargs)
        return values[node]

    return run
