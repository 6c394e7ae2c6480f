"""PyTorch code as text → a network, by Python's syntax tree: the code is never run, and nothing is imported.

What is read: classes with `__init__` and `forward`, nn.Sequential, ModuleList and ModuleDict, integer arithmetic, loops,
comprehensions, functions of the file. What is not is named, with its line.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Imported, Value
from convcalc.importing.interpret import Interpreter
from convcalc.importing.statements import LoopEnd, Return
from convcalc.importing.things import (
    Container,
    Instance,
    Leaf,
    Scope,
    Unread,
    UserClass,
    UserFunction,
    cannot,
    leaves,
    mistaken,
)
from convcalc.layers import Embedding, Layer
from convcalc.layers.graph import INPUT

LONGEST_TEXT = 1_000_000
Arguments: TypeAlias = "tuple[list[Any], dict[str, Any]]"
NO_ARGUMENTS: Arguments = ([], {})


def read_source(text: str, class_name: str | None = None, **given: Any) -> Layer:
    """The network of a class, or of an nn.Sequential, in PyTorch code that is read and never run.

    Without a class name it is the model that no other class of the code is made of. `given` are arguments of its `__init__`.
    Raises `ConvcalcError` with the line of what cannot be read.
    """
    return read_model(text, class_name, ([], given)).layer


def read_model(
    text: str, class_name: str | None = None, given: Arguments = NO_ARGUMENTS, written: ast.Call | None = None
) -> Imported:
    """As `read_source`, with the lines of the layers and notes such as layers that are never called.

    `written` are arguments as code, which may name classes of the file.
    """
    if len(text) > LONGEST_TEXT:
        raise ConvcalcError("source_too_long", count=len(text), limit=LONGEST_TEXT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on the user's strings
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ConvcalcError("source_syntax", line=line, reason=str(getattr(error, "msg", error))) from None
    reader = Interpreter()
    try:
        names, made = _module_level(reader, tree)
        if written is not None:
            given = (
                reader.several(written.args, names),
                {str(k.arg): reader.eval(k.value, names) for k in written.keywords},
            )
        root = _chosen(reader, names, made, class_name, given)
        output = _forward(reader, root)
        imported = reader.build.finish(output)
        if reader.swapped is not None and any(
            INPUT in node.sources and not isinstance(node.op, Embedding) for node in reader.build.nodes
        ):
            raise cannot(reader.swapped, "the batch as an axis of the work", "batch được dùng như một trục tính toán")
        _say_unused(reader, root, imported)
    except RecursionError:
        raise cannot(ast.Pass(lineno=reader.line), "code nested so deep", "code lồng quá sâu") from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, MemoryError, LoopEnd, Return) as error:
        # Python's own complaint about values that no rule here foresaw: the line is known, what is wrong there is not.
        what = f"something ({type(error).__name__})"
        raise cannot(ast.Pass(lineno=reader.line), what, f"chỗ này ({type(error).__name__})") from None
    return imported


def _module_level(reader: Interpreter, tree: ast.Module) -> tuple[Scope, dict[str, Any]]:
    """The names that the file defines, and the models among them; what does not define a model is passed over."""
    scope: Scope = {}
    reader.globals = scope
    reader.imports = any(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(tree))
    made: dict[str, Any] = {}
    for statement in tree.body:
        try:
            reader.run([statement], scope)
        except ConvcalcError as error:
            for name in _touched(statement):
                scope[name] = Unread(error)
                made[name] = error  # said if it is asked for
            continue
        for name in _touched(statement):
            if isinstance(scope.get(name), Container | Instance | Leaf):
                made[name] = scope[name]
    return scope, made


# Methods that change what they are called on.
_CHANGING = (
    "append",
    "extend",
    "insert",
    "pop",
    "update",
    "remove",
    "clear",
    "reverse",
    "sort",
    "add_module",
    "register_module",
)


def _touched(statement: ast.stmt) -> list[str]:
    """The names that a statement may give a value or change."""
    found = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.append(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            found.append(_root(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            found.append(_root(node.func))
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return [statement.name]
    return [name for name in dict.fromkeys(found) if name]


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _chosen(reader: Interpreter, scope: Scope, made: dict[str, Any], name: str | None, given: Arguments) -> Any:
    """The model that is asked for, or the one that is meant; where there are several, it is said which was taken."""
    classes = {key: value for key, value in scope.items() if isinstance(value, UserClass) and value.method("forward")}
    models = {key: value for key, value in made.items() if isinstance(value, Container | Instance | Leaf)}
    if name is not None:
        if name in classes:
            return _instance(reader, classes[name], models, given)
        function = scope.get(name)
        if isinstance(function, UserFunction):
            found = reader.call(function.node, function, *given)
            if isinstance(found, Container | Instance | Leaf):
                return found
        if isinstance(made.get(name), ConvcalcError):
            raise made[name]
        if name not in models:
            functions = [key for key, value in scope.items() if isinstance(value, UserFunction)]
            known = ", ".join([*classes, *models, *functions]) or "—"
            raise ConvcalcError("source_no_class", name=name, known=known)
        return models[name]
    uses = Counter(name for cls in classes.values() for name in _names_in(cls))
    own = {key: key in _names_in(cls) for key, cls in classes.items()}
    tops = {key: cls for key, cls in classes.items() if uses[key] == own[key]}
    variables = {
        key: model for key, model in models.items() if not isinstance(model, Instance) or model.cls in tops.values()
    }
    variables = {key: model for key, model in variables.items() if isinstance(model, Instance)} or (
        variables if not tops else {}
    )
    if variables and given == NO_ARGUMENTS:
        taken, found = list(variables.items())[-1]
        _say_taken(reader, taken, [*tops, *models])
        return found
    if tops:
        taken, cls = list(tops.items())[-1]
        _say_taken(reader, taken, [*tops, *models])
        return _instance(reader, cls, models, given)
    failed = [error for error in made.values() if isinstance(error, ConvcalcError)]
    if failed:
        raise failed[-1]
    raise ConvcalcError("source_nothing")


def _say_taken(reader: Interpreter, taken: str, known: list[str]) -> None:
    others = [name for name in dict.fromkeys(known) if name != taken]
    if others:
        names = ", ".join(others[:5])
        reader.note(f"{taken} is taken; the file also has {names}", f"lấy {taken}; trong file còn có {names}")


def _names_in(cls: UserClass) -> set[str]:
    return {n.id for n in ast.walk(cls.node) if isinstance(n, ast.Name)}


def _instance(reader: Interpreter, cls: UserClass, models: dict[str, Any], given: Arguments) -> Instance:
    """An object of the class; where an argument is missing, one that the file itself makes."""
    try:
        return reader.construct(cls.node, cls, *given)
    except ConvcalcError as error:
        if error.kind == "source_needs" and given == NO_ARGUMENTS:
            found = [model for model in models.values() if isinstance(model, Instance) and model.cls is cls]
            if found:
                return found[-1]
        raise


def _forward(reader: Interpreter, root: Any) -> Value:
    node = root.cls.node if isinstance(root, Instance) else ast.Pass(lineno=1)
    output = reader.call(node, root, [Value(INPUT)], {})
    if isinstance(output, tuple | list) and output and isinstance(output[0], Value):
        reader.note(
            "forward returns several tensors; the first is the output here",
            "forward trả về nhiều tensor; ở đây lấy tensor đầu tiên",
        )
        output = output[0]
    if output is None:
        raise mistaken(
            node,
            "forward returns nothing; its last line should be a return",
            "forward không trả về gì; dòng cuối phải là return",
        )
    if not isinstance(output, Value):
        raise cannot(node, "a forward that returns no tensor", "forward không trả về tensor")
    return output


def _say_unused(reader: Interpreter, root: Any, imported: Imported) -> None:
    for leaf in leaves(root):
        if id(leaf) not in reader.called:
            line = leaf.part.line
            imported.notes.append(
                (
                    f"{leaf.part.name} (line {line}) is never called; its parameters are not counted",
                    f"{leaf.part.name} (dòng {line}) không bao giờ được gọi; không tính tham số của nó",
                )
            )


def written_arguments(text: str | None) -> ast.Call:
    """The call f(block=BasicBlock, layers=[2, 2]) of what stands in the brackets after a class."""
    try:
        call = ast.parse(f"f({text or ''})", mode="eval").body
        if isinstance(call, ast.Call):
            return call
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise ConvcalcError("no_such_argument", text=(text or "")[:60])
