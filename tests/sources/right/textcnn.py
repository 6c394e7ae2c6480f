# input: 30
import torch
import torch.nn as nn
import torch.nn.functional as F


class TextCNN(nn.Module):
    def __init__(self, kernel_sizes=(3, 4)):
        super().__init__()
        self.embedding = nn.Embedding(100, 8, padding_idx=0)
        self.conv = nn.ModuleList([nn.Conv1d(in_channels=8, out_channels=5, kernel_size=k, stride=1) for k in kernel_sizes])
        self.fc = nn.Linear(len(kernel_sizes) * 5, 2)

    def forward(self, x):
        x = self.embedding(x).transpose(1, 2)
        x = [F.relu(conv(x)) for conv in self.conv]
        x = [F.max_pool1d(c, c.size(-1)).squeeze(dim=-1) for c in x]
        x = torch.cat(x, dim=1)
        return self.fc(x)
