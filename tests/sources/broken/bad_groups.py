# input: 6,9,9
# line: 12
# kind: source_layer
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(6, 8, 3, groups=4)

    def forward(self, x):
        return self.a(x)
