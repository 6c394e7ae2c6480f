"""The commented starter that `convcalc verify --new` writes."""

from __future__ import annotations

_EN = """# What a slide deck claims, as facts: convcalc verify FILE says which numbers are wrong, and why.
source = "lecture.pdf"          # the deck's file; shown with every claim
title = "Convolutional networks"

# Matrices that several claims use, by name: spaces between columns, ; between rows, | between channels.
[numbers]
image = "0 3 1 1; 3 1 2 0; 3 4 2 3; 3 0 0 2"
kernel = "1 1 1; 1 1 1; 0 1 0"

# A page. What stands here (net, input, data, kernel, bias, order) counts for all its claims.
[[page]]
page = 7
title = "Padding and stride"
net = "conv 3x3 s2 p1"          # a spec, PyTorch text, or the name of a model (convcalc models)
input = "1,28,28"               # channels first, no batch size; letters are allowed

[[page.claim]]
label = "output of the layer"
shape = "1,14,14"               # exactly one key says what is claimed

[[page.claim]]
label = "the formula on the slide"
net = "conv F@KxO sSxT pPxQ"
input = "C,M,N"
formula = "floor((M + 2P - K)/S) + 1; floor((N + 2Q - O)/T) + 1"

[[page.claim]]
label = "the worked example"
data = "image"
kernel = "kernel"
bias = 1
output = "7 8; 15 13"           # a dot for a cell that is not shown

[[page]]
page = 8
title = "LeNet"
net = "lenet classes=2"

[[page.claim]]
label = "all parameters"
params = "61,026"               # exact; "138 million", "1.8e9" and "~140,000,000" are approximate

[[page.claim]]
label = "summary"
rows = [
  { layer = "conv", shape = "6,28,28", params = 156 },
  { layer = "avgpool", shape = "6,14,14" },
]

[[page.claim]]
label = "question 4"
net = "conv 32@3x3 > relu > maxpool 2"
input = "1,50,50"
choices = { a = "1,48,48", b = "1,24,24", c = "32,48,48", d = "32,24,24" }
answer = "d"                    # without it: exactly one choice must be right

# Other keys: size "2x3", values 6272, macs "1.8e9", weight "6,1,5,5", weight_layers 16, works true or false,
# equation "(5*5*3 + 1)*8 = 608", memory { input = "0.00", pass = "0.06", params = "0.23", total = "0.30" },
# unclear "why it cannot be checked". See docs/verify.md.
"""

_VI = """# Các con số mà bộ slide đưa ra: convcalc verify FILE cho biết chỗ nào sai và vì sao.
source = "bai-giang.pdf"        # file của bộ slide; hiện cùng từng khẳng định
title = "Mạng tích chập"

# Các ma trận dùng nhiều lần, gọi bằng tên: dấu cách giữa các cột, ; giữa các hàng, | giữa các channel.
[numbers]
image = "0 3 1 1; 3 1 2 0; 3 4 2 3; 3 0 0 2"
kernel = "1 1 1; 1 1 1; 0 1 0"

# Một trang. Những gì ghi ở đây (net, input, data, kernel, bias, order) dùng chung cho cả trang.
[[page]]
page = 7
title = "Padding và stride"
net = "conv 3x3 s2 p1"          # spec, code PyTorch, hoặc tên model (xem convcalc models)
input = "1,28,28"               # channel đứng đầu, không tính batch size; có thể dùng chữ

[[page.claim]]
label = "output của layer"
shape = "1,14,14"               # mỗi khẳng định có đúng một khoá nói điều được khẳng định

[[page.claim]]
label = "công thức trên slide"
net = "conv F@KxO sSxT pPxQ"
input = "C,M,N"
formula = "floor((M + 2P - K)/S) + 1; floor((N + 2Q - O)/T) + 1"

[[page.claim]]
label = "ví dụ tính tay"
data = "image"
kernel = "kernel"
bias = 1
output = "7 8; 15 13"           # dấu chấm cho ô mà slide không ghi

[[page]]
page = 8
title = "LeNet"
net = "lenet classes=2"

[[page.claim]]
label = "tổng số tham số"
params = "61,026"               # chính xác; "138 triệu", "1.8e9" và "~140,000,000" là số xấp xỉ

[[page.claim]]
label = "bảng summary"
rows = [
  { layer = "conv", shape = "6,28,28", params = 156 },
  { layer = "avgpool", shape = "6,14,14" },
]

[[page.claim]]
label = "câu hỏi 4"
net = "conv 32@3x3 > relu > maxpool 2"
input = "1,50,50"
choices = { a = "1,48,48", b = "1,24,24", c = "32,48,48", d = "32,24,24" }
answer = "d"                    # nếu không ghi: phải có đúng một lựa chọn đúng

# Các khoá khác: size "2x3", values 6272, macs "1.8e9", weight "6,1,5,5", weight_layers 16, works true hoặc false,
# equation "(5*5*3 + 1)*8 = 608", memory { input = "0.00", pass = "0.06", params = "0.23", total = "0.30" },
# unclear "lý do không kiểm tra được". Xem docs/verify.md.
"""

STARTER = {"en": _EN, "vi": _VI}
