"""What joins tensors."""

from __future__ import annotations

from convcalc.importing.build import Value
from convcalc.importing.ops.call import RULES, Call, Rule, Unreadable, rule


def _merged(how: str) -> Rule:
    def made(call: Call) -> Value:
        a, b = call.get(0, "input"), call.get(1, "other")
        if not (isinstance(a, Value) and isinstance(b, Value)) or call.named.get("alpha", 1) != 1:
            if how == "mul" and any(isinstance(v, int | float) and not isinstance(v, bool) for v in (a, b)):
                return a if isinstance(a, Value) else b  # scaled by a number: nothing changes here
            raise Unreadable(f"{call.name} with something that is not a tensor")
        return call.build.merge(how, [a, b], how, call.line)

    return made


for _name in ("add", "add_", "__add__", "iadd"):
    RULES[_name] = _merged("add")
for _name in ("sub", "sub_", "subtract", "__sub__", "isub"):
    RULES[_name] = _merged("add")  # a difference has the shape and the cost of a sum
for _name in ("mul", "mul_", "multiply", "__mul__", "imul"):
    RULES[_name] = _merged("mul")


@rule("cat", "concat", "concatenate")
def _cat(call: Call) -> Value:
    tensors, dim = call.get(0, "tensors"), call.get(1, "dim", 0)
    if not isinstance(tensors, tuple | list) or not all(isinstance(t, Value) for t in tensors) or dim != 1:
        raise Unreadable("a concatenation that is not along the channels (dim=1)")
    return call.build.merge("cat", list(tensors), "cat", call.line) if len(tensors) > 1 else tensors[0]
