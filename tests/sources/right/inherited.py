# input: 1,16,16
import torch
import torch.nn as nn
import torch.nn.functional as F


class Base(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(1, channels, 3)

    def forward(self, x):
        return self.head(F.relu(self.conv(x)))

    def head(self, x):
        return x


class Net(Base):
    def __init__(self):
        super().__init__(6)
        self.out = nn.Conv2d(6, 2, 1)

    def head(self, x):
        return self.out(x)
