"""One layer from text: a name with tokens, as in a spec, or a call of a torch class, which is read and never run."""

from __future__ import annotations

import re
from typing import Any

from convcalc.errors import ConvcalcError, SpecError
from convcalc.grammar import Grammar, did_you_mean, grammar, usage
from convcalc.layers.base import LAYERS, TORCH_NAMES, Layer
from convcalc.layers.tokens import ANY, checked
from convcalc.scan import Scanner

COMBINATORS = ("residual", "concat", "graph")
ENDS = ">|),;<"

_WORD = re.compile(r"[^ \t\r\n>|(),;<=#]+")
_LONG = re.compile(r"([A-Za-z_]\w*)[ \t]*=[ \t\r\n]*", re.ASCII)
_PREFIX = re.compile(r"[a-z]+(?=[A-Z0-9(-])")


class LayerReader(Scanner):
    """A scanner that reads layers."""

    # -- a name with tokens -------------------------------------------------------------------------------------

    def find(self, name: str, start: int) -> tuple[type[Layer], int | None]:
        if name in LAYERS:
            return LAYERS[name], None
        if name in TORCH_NAMES:
            return TORCH_NAMES[name]
        from convcalc.models import NAMES

        known = [*LAYERS, *COMBINATORS, *TORCH_NAMES, *NAMES]
        shown = name if len(name) <= 40 else name[:40] + "…"
        end = start + self.text[start:].find(name) + len(name)  # torch.nn. may stand before it
        raise self.error("unknown_layer", start, end, name=shown, **did_you_mean(name, known))

    def layer(self, name: str, start: int) -> Layer:
        cls, axes = self.find(name, start)
        g = grammar(cls)
        values: dict[str, Any] = {}
        plain = iter(g.plain)
        while self.peek() and self.peek() not in ENDS:
            self.token(cls, g, values, plain)
            self.skip_space()
        return self.make(cls, values, axes, start)

    def token(self, cls: type[Layer], g: Grammar, values: dict[str, Any], plain: Any) -> None:
        start = self.at
        word = _WORD.match(self.text, start)
        text = word.group() if word else self.peek()
        known = g.seen.get(text)
        follows = self.text[start + len(text) : start + len(text) + 1]
        if known is not None and follows not in ("(", "=") and known.keys().isdisjoint(values):
            values.update(known)
            if g.plain and g.plain[0] in known:
                next(plain, None)
            self.at = start + len(text)
            return
        before = len(values)
        self.new_token(cls, g, values, plain, text)
        if self.at == start + len(text) and len(g.plain) < 2:
            if len(g.seen) >= 4096:
                g.seen.clear()
            g.seen[text] = dict(list(values.items())[before:])

    def new_token(self, cls: type[Layer], g: Grammar, values: dict[str, Any], plain: Any, text: str) -> None:
        """Read a token that was not read before for this class, `text` being all of it unless it holds brackets or =."""
        start = self.at
        found = self.match(_LONG)
        if found is not None:
            name = self.field(cls, found.group(1), start)
            return self.put(cls, values, name, self.value(cls, name), start)
        if text in g.words:
            self.at = start + len(text)
            name, value = g.words[text]
            return self.put(cls, values, name, value, start)
        prefix = _PREFIX.match(self.text, start)
        if prefix is not None and prefix.group() in g.prefixes:
            self.at = prefix.end()
            return self.put(cls, values, g.prefixes[prefix.group()], self.sizes(), start)
        if text[0].isdigit() or text[0].isupper() or text[0] in "(-.":
            return self.bare(cls, g, values, plain, start, text)
        raise self.unknown(cls, text, start)

    def bare(self, cls: type[Layer], g: Grammar, values: dict[str, Any], plain: Any, start: int, text: str) -> None:
        """A value without a name: F@, KxO, or the next plain one."""
        name = g.size or next(plain, None)
        if name is None:
            raise self.unknown(cls, text, start)
        decimal = cls.tokens[name].kind in ("real", "share", "scale")
        value = self.reals() if decimal else self.sizes()
        if g.counted and self.peek() == "@":
            self.put(cls, values, g.counted, value, start)
            self.at += 1
            start = self.at
            value = self.sizes()
        self.put(cls, values, name, value, start)

    def put(self, cls: type[Layer], values: dict[str, Any], name: str, value: Any, start: int) -> None:
        following = self.peek()
        if following and not following.isspace() and following not in ENDS and following not in "#@":
            end = _WORD.match(self.text, self.at)
            raise self.unknown(cls, self.text[start : end.end() if end else self.at + 1], start)
        if name in values:
            raise self.error("token_twice", start, self.at, layer_name=cls.name, field=name)
        try:
            values[name] = checked(cls.name, name, cls.tokens[name], value)
        except SpecError as error:
            raise self.place(error, start) from None

    def unknown(self, cls: type[Layer], text: str, start: int) -> ConvcalcError:
        self.at = start
        for i, character in enumerate(text):
            if ord(character) > 126 or not character.isprintable():
                self.at = start + i
                return self.bad_character()
        g = grammar(cls)
        if text in g.prefixes:
            return self.error(
                "missing_number",
                start,
                start + len(text),
                layer_name=cls.name,
                field=g.prefixes[text],
                example=text + "2",
            )
        shown = text if len(text) <= 40 else text[:40] + "…"
        near = did_you_mean(text, [*g.words, *cls.tokens])
        return self.error(
            "unknown_token", start, start + len(text), layer_name=cls.name, token=shown, usage=usage(cls), **near
        )

    def field(self, cls: type[Layer], name: str, start: int) -> str:
        name = cls.aliases.get(name, name)
        if name not in cls.tokens:
            raise self.unknown(cls, name, start)
        return name

    def make(self, cls: type[Layer], values: dict[str, Any], axes: int | None, start: int) -> Layer:
        """The layer; a torch name with a dimension (Conv2d) fixes the number of axes."""
        if axes is not None:
            size = grammar(cls).size
            if "dims" in cls.tokens:
                values["dims"] = axes
            elif isinstance(values.get("sides"), int):
                values["sides"] = (values["sides"],) * (2 * axes)
            elif size in values and not isinstance(values[size], tuple):
                values[size] = (values[size],) * axes
        for name in cls.tokens:
            if name not in values and not hasattr(cls, name):
                example = cls.examples[0][0]
                raise self.error("missing_value", start, self.at, layer_name=cls.name, field=name, example=example)
        return cls.trusted(values)

    # -- a call of a torch class --------------------------------------------------------------------------------

    def call(self, name: str, start: int) -> Layer:
        """nn.Conv2d(1, 32, kernel_size=3): positional arguments in torch's order, then named ones."""
        cls, axes = self.find(name, start)
        values: dict[str, Any] = {}
        position = 0
        self.need("(")
        while self.peek() != ")":
            begin = self.at
            named = self.match(_LONG)
            if named is not None:
                argument = named.group(1)
            elif position < len(cls.torch_args):
                argument = cls.torch_args[position]
                position += 1
            else:
                raise self.unexpected("')'")
            if argument in cls.ignored:
                self.ignore(cls, argument, begin)
            else:
                field = self.field(cls, argument, begin)
                self.put(cls, values, field, self.value(cls, field), begin)
                self.skip_space()
            if not self.take(","):
                break
        self.need(")", "',' or ')'", "',' hoặc ')'")
        return self.make(cls, values, axes, start)

    def ignore(self, cls: type[Layer], argument: str, start: int) -> None:
        value = self.literal()
        allowed = cls.ignored[argument]
        if allowed is not ANY and value != allowed:
            raise self.error("not_supported", start, self.at, layer_name=cls.name, what=f"{argument}={value}")
        self.skip_space()

    def value(self, cls: type[Layer], name: str) -> Any:
        how = cls.tokens[name]
        value = self.literal(how.kind in ("real", "share", "scale"))
        if isinstance(value, str) and value in how.words:
            return how.words[value]
        return cls.defaults.get(name) if value is None and None not in how.words.values() else value

    def literal(self, decimal: bool = False) -> Any:
        """True, False, None, a string, a tuple, a list, a number or a small sum."""
        found = self.match(re.compile(r"'(\w*)'|\"(\w*)\""))
        if found is not None:
            return found.group(1) or found.group(2) or ""
        for text, value in (("True", True), ("False", False), ("None", None)):
            if self.text.startswith(text, self.at):
                self.at += len(text)
                return value
        if self.peek() in ("(", "[") and self.peek():
            return self.items()
        if decimal or re.compile(r"-?[0-9]*\.[0-9]|-?[0-9]+[eE]").match(self.text, self.at):
            return self.reals()
        word = re.compile(r"[a-z]\w*").match(self.text, self.at)
        if word is not None:
            self.at = word.end()
            return word.group()
        negative = re.compile(r"-?[0-9]+(x-?[0-9]+)+").match(self.text, self.at)
        if negative is not None:
            self.at = negative.end()
            return tuple(int(v) for v in negative.group().split("x") if len(v) < 12)
        return self.sizes_or_sum()

    def sizes_or_sum(self) -> Any:
        start = self.at
        value = self.sum() if self.peek() == "-" else self.sizes()
        if isinstance(value, tuple):
            return value
        here = self.at
        self.skip_space()
        if self.peek() and self.peek() in "+-*/":
            self.at = start
            return self.sum()
        self.at = here
        return value

    def items(self) -> Any:
        """A tuple or list of values; a single value in brackets is a sum: (2*F)."""
        closing = ")" if self.peek() == "(" else "]"
        start, opened = self.at, self.peek()
        self.enter()
        self.take(opened)
        values = [self.literal()]
        self.skip_space()
        comma = False
        while self.take(","):
            comma = True
            if self.peek() == closing:
                break
            values.append(self.literal())
            self.skip_space()
        if self.peek() != closing:
            raise self.unexpected(f"'{closing}'")
        self.at += 1
        self.leave()
        if len(values) == 1 and not comma and opened == "(":
            self.at = start
            return self.sizes_or_sum()
        return tuple(values)
