# input: 8,6,6
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.InstanceNorm2d(8, affine=True)
        self.b = nn.LayerNorm([8, 6, 6])
        self.c = nn.LocalResponseNorm(5)
        self.d = nn.GroupNorm(num_groups=2, num_channels=8)

    def forward(self, x):
        return self.d(self.c(self.b(self.a(x))))
