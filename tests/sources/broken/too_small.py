# input: 1,6,6
# line: 13
# kind: source_layer
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 8, 3)
        self.b = nn.Conv2d(8, 8, 7)

    def forward(self, x):
        return self.b(self.a(x))
