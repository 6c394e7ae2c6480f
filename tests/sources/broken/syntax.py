# input: 1,9,9
# line: 9
# kind: source_syntax
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module)
    pass
