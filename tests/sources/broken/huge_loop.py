# input: 1,9,9
# line: 12
# kind: source_unreadable
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList([nn.Conv2d(1, 1, 3) for _ in range(10 ** 9)])

    def forward(self, x):
        return self.a[0](x)
