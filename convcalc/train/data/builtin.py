"""Sets that need no download: scikit-learn's scanned digits, and drawn shapes with their masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from convcalc.train.data import Array, Asked, Dataset, Split, data_set, stratified

SHAPES = ("background", "circle", "square", "triangle")
SIDE = 64


@data_set("digits", "1,797 scanned digits 8×8 that come with scikit-learn, enlarged")
def digits(folder: Path, asked: Asked) -> Dataset:
    """Alpaydin and Kaynak 1998, the test part of the UCI set of handwritten digits."""
    from sklearn.datasets import load_digits

    found = load_digits()
    pictures = np.round(found.images * (255 / 16)).astype(np.uint8)[:, None]
    channels, height, width = asked.size or (1, 8, 8)
    pictures = resized(pictures, height, width)
    if channels > 1:
        pictures = np.repeat(pictures, channels, axis=1)
    whole, labels = pictures, found.target.astype(np.int64)
    rest, test = stratified(labels, 0.2, 0)  # the same test part whatever the seed
    split = Split(whole, labels)
    return Dataset("digits", tuple("0123456789"), split.take(rest), split.take(test))


def resized(pictures: Array, height: int, width: int) -> Array:
    """uint8 (N, C, H, W) with other sizes, by Pillow's bilinear filter."""
    from PIL import Image

    if pictures.shape[2:] == (height, width):
        return pictures
    found = np.empty((*pictures.shape[:2], height, width), np.uint8)
    for i, channels in enumerate(pictures):
        for j, channel in enumerate(channels):
            found[i, j] = np.asarray(Image.fromarray(channel).resize((width, height), Image.Resampling.BILINEAR))
    return found


@data_set("shapes", "drawn circles, squares and triangles with their masks")
def shapes(folder: Path, asked: Asked) -> Dataset:
    """3,000 pictures 3×64×64 and masks of four classes, always the same."""
    return Dataset("shapes", SHAPES, drawn(2400, 1), drawn(600, 2))


def drawn(count: int, seed: int) -> Split:
    """Pictures of one to three shapes that may cover each other, on a noisy ground, with the class of each pixel."""
    rng = np.random.default_rng([seed, 64])
    x = np.empty((count, 3, SIDE, SIDE), np.uint8)
    y = np.zeros((count, SIDE, SIDE), np.uint8)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for n in range(count):
        picture = np.broadcast_to(rng.uniform(0, 255, (3, 1, 1)), (3, SIDE, SIDE)).copy()
        for _ in range(rng.integers(1, 4)):
            kind = int(rng.integers(1, 4))
            r, c, size = rng.uniform(8, SIDE - 8), rng.uniform(8, SIDE - 8), rng.uniform(8, 16)
            down, right = rows - r, columns - c
            if kind == 1:
                inside = down**2 + right**2 <= size**2
            elif kind == 2:
                inside = np.maximum(abs(down), abs(right)) <= size * 0.85
            else:
                inside = (abs(right) <= (down + size) / 2) & (down <= size)
            picture[:, inside] = rng.uniform(0, 255, (3, 1))
            y[n][inside] = kind
        x[n] = np.clip(picture + rng.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)
    return Split(x, y)
