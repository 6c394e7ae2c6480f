# input: 1,9,9
# line: 0
# kind: source_unreadable
import torch
import torch.nn as nn
import torch.nn.functional as F


def f(n):
    return f(n + 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, f(1), 3)

    def forward(self, x):
        return self.a(x)
