# input: 1,12,12
import torch
import torch.nn as nn
import torch.nn.functional as F


from collections import OrderedDict


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(OrderedDict([("conv", nn.Conv2d(1, 4, 3)), ("act", nn.LeakyReLU(0.2)), ("pool", nn.MaxPool2d(2))]))

    def forward(self, x):
        return self.net(x)
