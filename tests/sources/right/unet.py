# input: 1,32,32
import torch
import torch.nn as nn
import torch.nn.functional as F


def double(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = double(1, 8)
        self.down2 = double(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.last = double(16, 8)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        x = self.up(b)
        x = torch.cat([x, a], dim=1)
        return self.out(self.last(x))
