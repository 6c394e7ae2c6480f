# input: 1,9,9
# line: 10
# kind: source_needs
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.a = nn.Conv2d(1, channels, 3)

    def forward(self, x):
        return self.a(x)
