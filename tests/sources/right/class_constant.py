# input: 3,16,16
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    width = 8
    expansion = 2

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, self.width * self.expansion, 3)
        self.norm = nn.GroupNorm(4, self.width * Net.expansion) if False else nn.GroupNorm(4, 16)

    def forward(self, x):
        return self.norm(self.conv(x))
