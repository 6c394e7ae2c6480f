# input: 1,8,9,10
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 2, (3, 3, 1))
        self.pool = nn.AvgPool3d(2)

    def forward(self, x):
        return self.pool(self.conv(x))
