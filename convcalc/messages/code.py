"""What is said of PyTorch code that is read or traced."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "source_syntax": Kind(
        "line {line}: this is not Python: {reason}",
        "dòng {line}: không phải code Python hợp lệ: {reason}",
        "Give a Python file with a class of layers or an nn.Sequential.",
        "Cần một file Python có class gồm các layer, hoặc một nn.Sequential.",
    ),
    "source_too_long": Kind(
        "the code has {count} characters; at most {limit} are read",
        "code dài {count} ký tự; chỉ đọc tối đa {limit} ký tự",
        "Give the file of the model alone.",
        "Chỉ đưa file chứa model.",
    ),
    "source_nothing": Kind(
        "there is no model in the code: no class with forward, and no nn.Sequential",
        "trong code không có model nào: không có class có forward, cũng không có nn.Sequential",
        "Give a class that inherits from nn.Module, or a variable that is an nn.Sequential.",
        "Cần một class kế thừa nn.Module, hoặc một biến là nn.Sequential.",
    ),
    "source_no_class": Kind(
        "there is no model called '{name}' in the code",
        "trong code không có model nào tên '{name}'",
        "There are: {known}.",
        "Có: {known}.",
    ),
    "source_needs": Kind(
        "line {line}: {name} needs a value for {argument}",
        "dòng {line}: {name} cần giá trị cho {argument}",
        "Give it in brackets: {name}({argument}=10).",
        "Ghi trong ngoặc: {name}({argument}=10).",
    ),
    "source_unreadable": Kind(
        "line {line}: {what} cannot be read without running the code",
        "dòng {line}: không đọc được {what_vi} nếu không chạy code",
        "convcalc shape FILE.py:CLASS --trace would run the code and look at what it makes; do that only with code you trust.",
        "convcalc shape FILE.py:CLASS --trace sẽ chạy code rồi xem kết quả; chỉ dùng với code tin cậy.",
    ),
    "source_mistake": Kind("line {line}: {what}", "dòng {line}: {what_vi}"),
    "source_flatten": Kind(
        "{name}{line} takes {takes} features, but its input {shape} has not been flattened",
        "{name}{line_vi} nhận {takes} feature, nhưng input {shape} chưa được flatten",
        "Flatten it first: x = torch.flatten(x, 1).",
        "Flatten trước: x = torch.flatten(x, 1).",
    ),
    "source_branches": Kind(
        "{name}{line}: the shapes are {shapes}; {rule}",
        "{name}{line_vi}: các shape là {shapes}; {rule_vi}",
        "Follow both branches: they differ in stride, padding or channels.",
        "Xem lại hai nhánh: chúng khác nhau về stride, padding hoặc số channel.",
    ),
    "source_python": Kind(
        "line {line}: Python would stop here: {reason}",
        "dòng {line}: Python sẽ báo lỗi ở đây: {reason}",
    ),
    "source_channels": Kind(
        "{name}{line} takes {takes} {unit}, but {giver} gives it {has}",
        "{name}{line_vi} nhận {takes} {unit_vi}, nhưng {giver} cho {has}",
        "The first number of {name} should be {has}.",
        "Số đầu tiên của {name} phải là {has}.",
    ),
    "source_layer": Kind(
        "{name}{line}: {problem}",
        "{name}{line_vi}: {problem_vi}",
        "{hint}",
        "{hint_vi}",
    ),
    "no_such_argument": Kind(
        "'{text}' is not a list of arguments",
        "'{text}' không phải danh sách đối số",
        "Write FILE.py:CLASS(num_classes=10).",
        "Viết FILE.py:CLASS(num_classes=10).",
    ),
    "trace_failed": Kind(
        "the model cannot be traced: {reason}",
        "không trace được model: {reason}",
        "torch.fx follows models whose steps do not depend on the values in them.",
        "torch.fx chỉ theo được model có các bước không phụ thuộc vào giá trị bên trong.",
    ),
    "trace_letters": Kind(
        "a module is traced with numbers, not with letters: {shape}",
        "trace module cần số, không dùng chữ: {shape}",
        "Give the shape of one input, such as (3, 224, 224).",
        "Cho shape của một input, ví dụ (3, 224, 224).",
    ),
    "code_failed": Kind(
        "running the code failed: {reason}",
        "chạy code bị lỗi: {reason}",
        "Run the file by itself first.",
        "Chạy thử file đó trước.",
    ),
    "not_a_module": Kind(
        "{what} is not a torch module",
        "{what} không phải là module của torch",
        "Give an nn.Module and the shape of one input: from_torch(module, (3, 224, 224)).",
        "Cần một nn.Module và shape của một input: from_torch(module, (3, 224, 224)).",
    ),
}
