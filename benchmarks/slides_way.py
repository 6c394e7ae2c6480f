"""LeNet on MNIST as in the deck: each picture through PIL, to a tensor, normalised, in a DataLoader. For benchmarks/train.py.

The steps of torchvision's ToTensor and Normalize are written out here, so that torchvision is not needed.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from convcalc.train.data import Split
from convcalc.train.data.idx import _split


class Pictures(Dataset[Any]):
    """torchvision's MNIST or CIFAR-10 with ToTensor and Normalize."""

    def __init__(self, split: Split, mean: Sequence[float] = (0.1307,), deviation: Sequence[float] = (0.3081,)) -> None:
        x = split.x[:, 0] if split.x.shape[1] == 1 else split.x.transpose(0, 2, 3, 1)
        self.x, self.y = torch.from_numpy(x.copy()), torch.from_numpy(split.y)
        self.mean, self.deviation = mean, deviation

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        return normalised(to_tensor(Image.fromarray(self.x[i].numpy())), self.mean, self.deviation), int(self.y[i])


def to_tensor(image: Image.Image) -> torch.Tensor:
    """A picture of bytes as numbers from 0 to 1, channels first."""
    x = torch.from_numpy(np.array(image, np.uint8, copy=True))
    x = x.view(image.size[1], image.size[0], len(image.getbands()))
    return x.permute((2, 0, 1)).contiguous().to(torch.float32).div(255)


def normalised(x: torch.Tensor, means: Sequence[float], deviations: Sequence[float]) -> torch.Tensor:
    """Less the mean, by the deviation, of each channel; both are made tensors and looked at for every picture."""
    mean = torch.as_tensor(means, dtype=x.dtype, device=x.device)
    deviation = torch.as_tensor(deviations, dtype=x.dtype, device=x.device)
    if (deviation == 0).any():
        raise ValueError("a deviation is 0")
    return x.clone().sub_(mean.view(-1, 1, 1)).div_(deviation.view(-1, 1, 1))


class LeNet(nn.Module):
    """The deck's classifier."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.pool = nn.AvgPool2d(2)
        self.fc1, self.fc2, self.fc3 = nn.Linear(256, 120), nn.Linear(120, 84), nn.Linear(84, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.pool(self.conv1(x)))
        x = F.relu(self.pool(self.conv2(x)))
        return self.fc3(self.fc2(self.fc1(x.flatten(1))))


def epoch(model: nn.Module, loader: Any, optimiser: Any) -> None:
    model.train()
    total, right = 0.0, 0
    for x, y in loader:
        optimiser.zero_grad()
        scores = model(x)
        loss = F.cross_entropy(scores, y)
        loss.backward()
        optimiser.step()
        total += loss.item()
        right += (scores.argmax(1) == y).sum().item()


def accuracy(model: nn.Module, loader: Any) -> float:
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("--epochs", type=int, default=12)
    given.add_argument("--workers", type=int, default=0)
    words = given.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(2)
    train = DataLoader(Pictures(_split(words.folder, "train")), batch_size=256, shuffle=True, num_workers=words.workers)
    test = DataLoader(Pictures(_split(words.folder, "t10k")), batch_size=256, num_workers=words.workers)
    model = LeNet()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for i in range(words.epochs):
        begun = time.perf_counter()
        epoch(model, train, optimiser)
        print(f"epoch {i + 1} {time.perf_counter() - begun:.2f} s", flush=True)
    print(f"accuracy {accuracy(model, test):.4f}")


if __name__ == "__main__":
    main()
