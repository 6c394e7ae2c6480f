# input: 4,6,6
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.ELU(), nn.GELU(), nn.SiLU(), nn.Hardswish(), nn.Hardsigmoid(), nn.Mish(), nn.Softplus(), nn.Tanh())

    def forward(self, x):
        x = self.a(x)
        x = F.leaky_relu(F.elu(F.gelu(F.silu(x))), 0.1)
        return torch.tanh(torch.sigmoid(x))
