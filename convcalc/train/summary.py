"""summary.json: what a training came to, beside the published figure."""

from __future__ import annotations

from typing import Any

from convcalc.train.data import Dataset
from convcalc.train.loop import Training
from convcalc.train.measure import Measured
from convcalc.train.recipes import Recipe


def published_for(recipe: Recipe, data: Dataset) -> float | None:
    """What others reached on these data; their figure says nothing of other data, or of a part of these."""
    return recipe.published if data.name == recipe.data and data.whole else None


def summarised(flavour: str, seed: int, recipe: Recipe, data: Dataset, t: Training, found: Measured) -> dict[str, Any]:
    """What a training came to, just after its test; `seconds` are those of all processes one after another, up to their last checkpoints."""
    line = {
        "model": recipe.model, "recipe": recipe.name, "flavour": flavour, "data": data.name, "seed": seed,
        "device": str(t.device), "epochs": len(t.history), "params": sum(p.numel() for p in t.module.parameters()),
        "test_accuracy": round(found.accuracy, 6), "test_loss": round(found.loss, 6), "most_common": round(found.most_common, 6), "seconds": round(t.seconds, 2), "training_seconds": round(sum(s for _, s in t.timing), 3),
        "images_per_second": round(sum(n for n, _ in t.timing) / sum(s for _, s in t.timing), 1) if t.timing else None, "published": published_for(recipe, data), "made_on": t.made_on, "test_samples": len(data.test),
    }  # fmt: skip
    if t.history and "validation_loss" in t.history[-1]:
        key = "validation_iou" if t.masks else "validation_accuracy"
        line[key] = round(t.history[-1][key], 6)
    return line | ({"test_iou": round(found.mean_iou, 6)} if data.kind == "masks" else {})
