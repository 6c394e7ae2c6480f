"""What a user chose of a training."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from convcalc.errors import ConvcalcError
from convcalc.train.data import sources
from convcalc.train.data.places import expanded
from convcalc.train.finding import run_of
from convcalc.train.recipes import Recipe, Setup, recipe_of


@dataclass(frozen=True)
class Options:
    """What a user chose; None for the recipe's own."""

    recipe: str
    flavour: str = "slide"
    data: str = "auto"
    data_dir: str | None = None
    seed: int = 0
    epochs: int | None = None
    batch: int | None = None
    lr: float | None = None
    schedule: str | None = None
    limit: int | None = None
    device: str = "auto"
    precision: str = "auto"
    compiled: bool = False
    threads: int | None = None
    name: str | None = None
    runs: str = "runs"
    fresh: bool = False
    target: float | None = None
    init: str | None = None
    freeze: bool = False
    classes: int | None = None
    skip_bad: bool = False

    def setup(self, recipe: Recipe) -> Setup:
        """The recipe's numbers with the user's in their place."""
        given = {name: getattr(self, name) for name in ("epochs", "batch", "lr", "schedule")}
        return replace(recipe.setup(self.flavour), **{k: v for k, v in given.items() if v is not None})

    def fixed(self) -> Options:
        """The same with whole paths, so that the run can go on from another folder."""
        data = (
            str(expanded(self.data).resolve())
            if self.data not in ("auto", *sources()) and expanded(self.data).exists()
            else self.data
        )
        place = None if self.data_dir is None else str(expanded(self.data_dir).resolve())
        init = self.init
        if init is not None:
            with suppress(ConvcalcError):  # it may be gone, when a run goes on that has its weights already
                init = str(run_of(init, Path(self.runs)).folder.resolve())
        return replace(self, data=data, data_dir=place, init=init)

    @property
    def folder(self) -> Path:
        parts = [recipe_of(self.recipe).name, self.flavour, f"seed{self.seed}"]
        return Path(self.runs) / (self.name or "-".join(parts))
