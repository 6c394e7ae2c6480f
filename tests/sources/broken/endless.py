# input: 1,9,9
# line: 0
# kind: source_unreadable
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 1, 3)

    def forward(self, x):
        while True:
            x = self.a(x)
        return x
