# input: 1,9,9
# line: 13
# kind: source_python
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [4, 8]
        self.a = nn.Conv2d(1, widths[3], 3)

    def forward(self, x):
        return self.a(x)
