"""Networks from PyTorch code: `source` reads text without running it; `convcalc.torchside.fx` traces a module that exists."""
