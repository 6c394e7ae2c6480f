"""The spec language: what a student would scribble, as layers, and back. See docs/spec.md.

    chain := item ('>' item)*
    item  := (COUNT | LETTER) '*' item | '(' chain ')' | residual(…) | concat(…) | graph(…) | LAYER token* | nn.LAYER(arguments)
           | MODEL (name=number)*

Tokens come from the fields of the layer's class, so a new layer needs nothing here. Names of torch's classes are understood
too, with their arguments, which are read and never run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.errors import ConvcalcError, SpecError
from convcalc.formula import Dim, symbol
from convcalc.layers.base import LAYERS, TORCH_NAMES, Layer
from convcalc.layers.combine import Concat, Repeat, Residual, chain, count_layers
from convcalc.layers.graph import INPUT, Graph, GraphNode
from convcalc.layers.merge import MERGES
from convcalc.layers.tokens import show_value
from convcalc.layertext import COMBINATORS, ENDS, LayerReader
from convcalc.scan import NAME

if TYPE_CHECKING:
    from convcalc.models import Model

MOST_LAYERS = 1_000_000

_NODE = re.compile(r"([a-z_]\w*)\s*:\s*", re.ASCII)
_COUNT = re.compile(r"([0-9]+|[A-Z][0-9]*)\s*\*\s*")
_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9]+)*(?![\w.(-])", re.ASCII)
_NUMBER = re.compile(r"([A-Za-z_]\w*)[ \t]*=[ \t]*", re.ASCII)


class Spec(NamedTuple):
    """A layer and where in the text its parts stand: `spans[id(part)]` is (start, end).

    `usual_input` is the input of the reference model that the whole text names, if it names one.
    """

    layer: Layer
    spans: dict[int, tuple[int, int]]
    usual_input: str | None = None

    def locate(self, error: ConvcalcError) -> ConvcalcError:
        """Give the error of a layer the place of that layer in the text."""
        span = self.spans.get(id(error.subject))
        if error.column is None and span is not None:
            error.column, error.end = span[0] + 1, span[1]
        return error


def parse(text: str) -> Layer:
    """The layer or network that a spec describes; raises `SpecError` with the column of what is wrong."""
    return read_spec(text).layer


def as_layer(net: Any) -> Layer:
    """A layer as it is, or the one that a spec describes."""
    return net if isinstance(net, Layer) else parse(net)


def read_spec(text: str) -> Spec:
    """As `parse`, with the place of every part."""
    if not isinstance(text, str):
        raise SpecError("not_a_spec", what=type(text).__name__)
    reader = _Reader(text)
    if not reader.peek():
        raise SpecError("empty_spec", column=1, end=1)
    layer = reader.chain()
    if reader.peek():
        raise reader.unexpected("'>' or the end", "'>' hoặc hết spec")
    count = count_layers(layer)
    if count > MOST_LAYERS:
        raise SpecError("too_many_layers", count=count if count < 10**12 else "10^12", limit=MOST_LAYERS)
    usual = reader.models.get(id(layer))
    return Spec(layer, reader.spans, usual.input if usual is not None else None)


class _Reader(LayerReader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.spans: dict[int, tuple[int, int]] = {}
        self.models: dict[int, Model] = {}

    # -- networks -----------------------------------------------------------------------------------------------

    def chain(self) -> Layer:
        start = self.at
        items = [self.item()]
        while self.take(">"):
            items.append(self.item())
        return self.done(chain(*items), start)

    def done(self, layer: Layer, start: int) -> Layer:
        self.spans.setdefault(id(layer), (start, max(start + 1, len(self.text[start : self.at].rstrip()) + start)))
        return layer

    def item(self) -> Layer:
        start = self.at
        found = self.match(_COUNT)
        if found is not None:
            count = found.group(1)
            times: Dim = self.whole(count, start) if count.isdigit() else symbol(count)
            self.enter()
            body = self.item()
            self.leave()
            try:
                return self.done(Repeat(times, body), start)
            except SpecError as error:
                raise self.place(error, start) from None
        if self.peek() == "(":
            self.enter()
            self.take("(")
            inside = self.chain()
            self.need(")")
            self.leave()
            return inside
        found = self.match(NAME)
        if found is None:
            raise self.unexpected("a layer", "một layer")
        if self.peek() > "~":
            raise self.bad_character()
        name = found.group().removeprefix("torch.").removeprefix("nn.")
        if name not in LAYERS and name not in TORCH_NAMES and name not in COMBINATORS:
            made = self.model(start)
            if made is not None:
                return made
        called = self.peek() == "("
        self.skip_space()
        called = called or (self.peek() == "(" and name in COMBINATORS)
        try:
            return self.done(self.network(name, start) if called else self.layer(name, start), start)
        except SpecError as error:
            raise self.place(error, start) from None

    def model(self, start: int) -> Layer | None:
        """A reference model, with some of its numbers given: alexnet classes=10. None if the text names none."""
        from convcalc.models import find  # models are specs themselves; only now is it known that one is needed

        found = _MODEL.match(self.text, start)
        model = None if found is None else find(found.group())
        if found is None or model is None:
            return None
        self.at = found.end()
        self.skip_space()
        given: dict[str, str] = {}
        while self.peek() and self.peek() not in ENDS:
            begin = self.at
            named = self.match(_NUMBER)
            if named is None or named.group(1) not in model.numbers:
                self.at = begin
                known = ", ".join(f"{name}={value}" for name, value in model.numbers.items())
                word = self.text[begin:].split(maxsplit=1)[0][:40]
                raise self.error("not_a_number_of", begin, begin + len(word), name=model.name, token=word, known=known)
            value = self.dim()
            if isinstance(value, int) and value < 1:
                raise self.error(
                    "bad_value", begin, self.at, layer_name=model.name, field=named.group(1), value=value,
                    expected="a whole number, at least 1", expected_vi="số nguyên từ 1 trở lên",
                )  # fmt: skip
            given[named.group(1)] = show_value(value)
            self.skip_space()
        layer = self.done(model.layer(**given), start)
        self.models[id(layer)] = model
        for part in _parts(layer):
            self.spans[id(part)] = self.spans[id(layer)]
        return layer

    def network(self, name: str, start: int) -> Layer:
        self.enter()
        if name == "residual":
            parts = self.between("|", self.chain)
            if len(parts) > 2:
                count = len(parts)
                raise self.error("too_many_branches", start, self.at, layer_name=name, count=count)
            made: Layer = Residual(*parts)
        elif name == "concat":
            made = Concat(tuple(self.between("|", self.chain)))
        elif name == "graph":
            self.last, self.count = INPUT, 0
            made = Graph(tuple(self.between(";", self.node)))
        elif name == "Sequential":
            made = chain(*self.between(",", self.chain))
        else:
            made = self.call(name, start)
        self.leave()
        return made

    def between(self, mark: str, read: Any) -> list[Any]:
        """What stands in brackets, divided by `mark`; a last mark may be left over."""
        self.need("(")
        parts = [read()]
        while self.take(mark):
            if self.peek() == ")" and mark != "|":
                break
            parts.append(read())
        self.need(")", f"'{mark}' or ')'", f"'{mark}' hoặc ')'")
        return parts

    def node(self) -> GraphNode:
        """NAME: LAYER < SOURCE, …; the source is the node before if none is given, the name a number if none is needed."""
        found = _NODE.match(self.text, self.at)
        self.count += 1
        name = f"node{self.count}"
        if found is not None:
            self.at = found.end()
            name = found.group(1)
        word = NAME.match(self.text, self.at)
        op: Layer | str
        if self.peek() == "=":
            self.at += 1
            op = "=" + self.source()
        elif word is not None and word.group() in MERGES:
            op = word.group()
            self.at = word.end()
            self.skip_space()
        else:
            op = self.chain()
        sources = [self.last]
        if self.take("<"):
            sources = [self.source()]
            while self.take(","):
                sources.append(self.source())
        self.last = name
        return GraphNode(name, op, tuple(sources))

    def source(self) -> str:
        found = self.match(NAME)
        if found is None:
            raise self.unexpected("the name of a node", "tên của một node")
        self.skip_space()
        return found.group()


def _parts(layer: Layer) -> list[Layer]:
    """All layers inside, each once."""
    found = {id(child): child for child in layer.children()}
    for child in list(found.values()):
        found |= {id(part): part for part in _parts(child)}
    return list(found.values())
