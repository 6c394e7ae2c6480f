"""What is said of the numbers of an exercise."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "not_a_number": Kind(
        "'{text}' in the {what} is not a number",
        "'{text}' trong {what} không phải là số",
        "Write numbers such as 3, -1 or 0.5: columns by spaces, rows by ;, channels by |.",
        "Viết số như 3, -1 hoặc 0.5: các cột cách nhau bằng dấu cách, các hàng bằng ;, các channel bằng |.",
    ),
    "no_numbers": Kind(
        "the {what} has no numbers",
        "{what} không có số nào",
        'Write a matrix such as "1 2; 3 4", or name a .json, .csv or .npy file.',
        'Viết một ma trận như "1 2; 3 4", hoặc tên file .json, .csv, .npy.',
    ),
    "mixed_commas": Kind(
        "the commas in '{text}' of the {what} could be for decimals or between numbers",
        "dấu phẩy trong '{text}' của {what} có thể là dấu thập phân hoặc dấu ngăn cách",
        "Write decimals with a point, as in 1.5 2.5, or columns by commas alone.",
        "Viết số thập phân bằng dấu chấm (1.5 2.5), hoặc chỉ dùng dấu phẩy để ngăn các cột.",
    ),
    "bias_not_used": Kind(
        "{layer_name} has no bias: it is written nobias",
        "{layer_name} không có bias: spec ghi nobias",
        "Leave out --bias, or nobias.",
        "Bỏ --bias, hoặc bỏ nobias.",
    ),
    "ragged": Kind(
        "the rows of the {what} are not of one length: {expected} numbers, then {found}",
        "các hàng của {what} dài không bằng nhau: {expected} số, rồi {found} số",
        "Give every row, and every channel, as many numbers.",
        "Mỗi hàng và mỗi channel phải có cùng số phần tử.",
    ),
    "too_many_axes": Kind(
        "the {what} has {count} axes; at most 5 are read",
        "{what} có {count} chiều; chỉ đọc tối đa 5 chiều",
    ),
    "too_many_numbers": Kind(
        "the {what} has {count} numbers; at most {limit} are worked with",
        "{what} có {count} số; chỉ tính tối đa {limit} số",
    ),
    "bad_json": Kind(
        "the {what} is not JSON: {reason}",
        "{what} không phải là JSON hợp lệ: {reason}",
        "Write lists of numbers: [[1, 2], [3, 4]].",
        "Viết danh sách các số: [[1, 2], [3, 4]].",
    ),
    "bad_npy": Kind(
        "'{path}' holds no array of plain numbers",
        "'{path}' không chứa mảng số thông thường",
        "Save one array with numpy.save; pickled objects are not read.",
        "Lưu một mảng bằng numpy.save; không đọc đối tượng pickle.",
    ),
    "bad_formula": Kind(
        "'{text}' is not a formula: {reason}",
        "'{text}' không phải là công thức: {reason_vi}",
        "Write sums and products of numbers and capital letters, with floor(…) and ceil(…).",
        "Viết tổng và tích của số và chữ in hoa, dùng floor(…) và ceil(…) khi cần.",
    ),
    "missing_data": Kind(
        "the numbers to work with are missing",
        "thiếu dữ liệu để tính",
        'Add --data, for example --data "0 3 1; 3 1 2; 3 4 2".',
        'Thêm --data, ví dụ --data "0 3 1; 3 1 2; 3 4 2".',
    ),
    "missing_kernel": Kind(
        "{layer_name} needs the numbers of its kernel",
        "{layer_name} cần các số của kernel",
        'Add --kernel, for example --kernel "1 1 1; 1 1 1; 0 1 0", and --bias.',
        'Thêm --kernel, ví dụ --kernel "1 1 1; 1 1 1; 0 1 0", và --bias.',
    ),
    "kernel_not_used": Kind(
        "no layer of {layers} has a kernel or a bias",
        "không layer nào trong {layers} có kernel hay bias",
        "Leave out --kernel and --bias.",
        "Bỏ --kernel và --bias.",
    ),
    "two_kernels": Kind(
        "two layers with weights cannot be worked out at once",
        "không tính cùng lúc hai layer có trọng số được",
        "Work out the first, and give its output to the second.",
        "Tính layer thứ nhất, rồi đưa output của nó vào layer thứ hai.",
    ),
    "kernel_shape": Kind(
        "the kernel has shape {found}, but the layer's weight has {expected}",
        "kernel có shape {found}, còn trọng số của layer có shape {expected}",
        "Rows are separated by ;, input channels by | and kernels by ||.",
        "Các hàng cách nhau bằng ;, các channel của input bằng |, các kernel bằng ||.",
    ),
    "bias_count": Kind(
        "the bias has {found} numbers for {expected} kernels",
        "bias có {found} số, trong khi có {expected} kernel",
        "Give one number for each kernel, or one for all.",
        "Cho mỗi kernel một số, hoặc một số chung cho tất cả.",
    ),
    "needs_numbers": Kind(
        "{layer_name} has letters in it; only numbers can be worked out cell by cell",
        "{layer_name} còn chứa chữ; chỉ tính từng ô được khi mọi giá trị là số",
        "Put numbers in for the letters.",
        "Thay các chữ bằng số.",
    ),
    "no_rule": Kind(
        "{layer_name} is not worked out cell by cell",
        "chưa tính từng ô cho {layer_name}",
        "These are: {known}.",
        "Tính được: {known}.",
    ),
    "too_many_macs": Kind(
        "this takes more than {limit} multiply-adds",
        "phép tính này cần hơn {limit} phép nhân-cộng",
        "Give a smaller input; convcalc compute shows the numbers of exercises.",
        "Dùng input nhỏ hơn; convcalc compute dành cho các con số trong bài tập.",
    ),
    "pool_of_padding": Kind(
        "the window of output cell ({place}) lies in the padding alone",
        "cửa sổ của ô output ({place}) nằm hoàn toàn trong padding",
        "Use less padding, or no ceil.",
        "Giảm padding, hoặc bỏ ceil.",
    ),
    "no_such_cell": Kind(
        "there is no output cell {cell}: the output has shape {shape}",
        "không có ô output {cell}: output có shape {shape}",
        "Count from 0: the first cell is {first}.",
        "Đếm từ 0: ô đầu tiên là {first}.",
    ),
}
