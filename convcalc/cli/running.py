"""--trace: the one place where code of the user's is run, because it was asked for."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Imported
from convcalc.shape import Shape, short


def run_and_trace(path: str, name: str | None, arguments: ast.Call, x: Shape) -> Imported:
    """Run the file, make the module and trace it; raises `ConvcalcError` where any of that fails."""
    try:
        from torch import nn

        from convcalc.torchside.fx import import_module
    except ImportError as error:
        raise ConvcalcError("torch_needed", reason=str(error)) from None
    folder = str(Path(path).resolve().parent)
    sys.path.insert(0, folder)
    try:
        found = runpy.run_path(path, run_name="convcalc_model")
    except (Exception, SystemExit) as error:
        raise ConvcalcError("code_failed", reason=short(f"{type(error).__name__}: {error}", 160)) from None
    finally:
        sys.path.remove(folder)
    models = {
        key: value for key, value in found.items()
        if isinstance(value, nn.Module) or (isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == "convcalc_model")
    }  # fmt: skip
    if not models:
        raise ConvcalcError("source_nothing")
    if name is not None and name in found and callable(found[name]):
        models[name] = found[name]
    if name is not None and name not in models:
        raise ConvcalcError("source_no_class", name=name, known=", ".join(models))
    made = [m for m in models.values() if isinstance(m, nn.Module)]
    tops = [m for key, m in models.items() if isinstance(m, type) and not _is_used(key, path)]
    model: Any = models[name] if name is not None else (made or tops or list(models.values()))[-1]
    if isinstance(model, type) or not isinstance(model, nn.Module):
        try:
            args = [_value(a, found) for a in arguments.args]
            model = model(*args, **{str(k.arg): _value(k.value, found) for k in arguments.keywords})
        except (Exception, SystemExit) as error:
            raise ConvcalcError("code_failed", reason=short(f"{type(error).__name__}: {error}", 160)) from None
    return import_module(model, x)


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """An argument: a literal, or a name of the file that has been run."""
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    return ast.literal_eval(node)


def _is_used(name: str, path: str) -> bool:
    """Whether another class of the file is made of the class of that name."""
    tree = ast.parse(Path(path).read_bytes())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name != name]
    return any(isinstance(n, ast.Name) and n.id == name for cls in classes for n in ast.walk(cls))
