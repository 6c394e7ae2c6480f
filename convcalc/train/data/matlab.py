"""MATLAB files with X (a row of pixels a picture) and y, such as ex7data.mat of "Bài tập 11"."""

from __future__ import annotations

import warnings
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.train.data import Array, Asked, Dataset, Split, check_labels, data_set, stratified
from convcalc.train.reasons import broken

NAME = "ex7data.mat"
# The exercise: 30 % for the test, then 10 % of the rest for validation, each class alike.
TEST, VALIDATION = 0.3, 0.1


def read_mat(path: Path, seed: int, name: str) -> Dataset:
    """The pictures of a .mat file (columns first, as MATLAB writes them), split as the exercise says."""
    from scipy.io import loadmat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sparse matrices are taken in either of scipy's forms
            found = loadmat(str(path))
    except Exception as error:  # scipy raises many kinds for what is no such file
        raise broken(path, error) from None
    for key in ("X", "y"):
        if key not in found:
            raise ConvcalcError("data_file_missing", path=path.name, name=key)
    values, given = _numbers(found["X"], "X", path), _numbers(found["y"], "y", path).reshape(-1)
    labels = given.astype(np.int64)
    if (labels != given).any():
        raise _not("y", "whole numbers", "số nguyên", path)
    if values.ndim != 2:
        raise ConvcalcError("data_no_rows", path=path.name, shape=str(values.shape))
    if len(values) != len(labels):
        raise ConvcalcError("data_counts", path=path.name, samples=len(values), labels=len(labels))
    side = isqrt(values.shape[1])
    if side * side != values.shape[1]:
        raise ConvcalcError("data_not_square", path=path.name, pixels=values.shape[1])
    labels = np.where(labels == 10, 0, labels)  # 10 stands for the digit 0: MATLAB counts from 1
    check_labels(labels, 10, path)
    low, high = min(values.min(), 0.0), max(values.max(), 1.0)
    pictures = np.round((values - low) / (high - low) * 255).astype(np.uint8)
    whole = Split(pictures.reshape(-1, 1, side, side).transpose(0, 1, 3, 2).copy(), labels)
    rest, test = stratified(labels, TEST, seed)
    inner, validation = stratified(labels[rest], VALIDATION, seed)
    return Dataset(name, tuple("0123456789"), whole.take(rest[inner]), whole.take(test), whole.take(rest[validation]))


def _not(name: str, en: str, vi: str, path: Path) -> ConvcalcError:
    """What is said of a matrix with values of another kind."""
    reason, reason_vi = f"{name} holds values that are no {en}", f"{name} có giá trị không phải {vi}"
    return ConvcalcError("data_broken", path=path.name, reason=reason, reason_vi=reason_vi)


def _numbers(value: Any, name: str, path: Path) -> Array:
    """A matrix of real, finite numbers, of which there must be some."""
    if hasattr(value, "toarray"):
        value = value.toarray()  # a sparse one
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise _not(name, "numbers", "số", path)
    if not array.size:
        raise ConvcalcError("data_part_empty", name=path.name)
    return array.astype(np.float64)


@data_set("ex7data", "ex7data.mat, 5,000 digits 20×20 of Bài tập 11", ("ex7data", "."), lambda f: (f / NAME).is_file())
def ex7data(folder: Path, asked: Asked) -> Dataset:
    """Derived from MNIST as ex3data1 is."""
    return read_mat(folder / NAME, asked.seed, "ex7data")
