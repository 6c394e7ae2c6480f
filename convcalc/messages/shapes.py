"""What is said of sizes, channels and settings that do not fit."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "window_too_large": Kind(
        "the kernel {window} is larger than the input {sizes} (padding counted)",
        "kernel {window} lớn hơn input {sizes} (đã tính padding)",
        "{fix}",
        "{fix_vi}",
    ),
    "times_in_letters": Kind(
        "{times} * (…) does not say how many times",
        "{times} * (…) chưa nói lặp bao nhiêu lần",
        "Write a number, or ask convcalc solve for it.",
        "Ghi một số, hoặc dùng convcalc solve để tìm số đó.",
    ),
    "output_axes": Kind(
        "the output is {output}, which has other axes than {asked}, which is asked for",
        "output là {output}, khác số trục với {asked} cần đạt",
        "Write all of it, or the sizes without the channels.",
        "Ghi đủ các trục, hoặc chỉ ghi kích thước, bỏ số channel.",
    ),
    "no_goal": Kind(
        "nothing is asked for",
        "chưa nói cần tìm gì",
        "Give --output, --params, --macs or --field, or --for padding or in_features.",
        "Thêm --output, --params, --macs hoặc --field, hoặc --for padding, --for in_features.",
    ),
    "not_findable": Kind(
        "'{asked}' is nothing that can be asked for",
        "không tìm được '{asked}'",
        "Ask for one of {known}, or put a letter where the number is unknown.",
        "Tìm một trong {known}, hoặc đặt một chữ vào chỗ chưa biết.",
    ),
    "same_in_letters": Kind(
        "the padding of {layer_name} depends on its letters: 2P = D·(K − 1)",
        "padding của {layer_name} phụ thuộc các chữ trong đó: 2P = D·(K − 1)",
        "Put numbers in for the kernel and the dilation.",
        "Thay kernel và dilation bằng số.",
    ),
    "which_layer": Kind(
        "{count} layers have a {field} to look for here, where one is needed",
        "có {count} layer có {field} để tìm, cần đúng một layer",
        "Name a convolution or a pool, or put a letter in the place that is looked for: conv KxK sS pP.",
        "Ghi một lớp tích chập hoặc pooling, hoặc đặt một chữ vào chỗ cần tìm: conv KxK sS pP.",
    ),
    "no_linear": Kind(
        "the network has no linear layer",
        "mạng không có layer linear nào",
        "--for in_features is for networks with a linear layer after flatten.",
        "--for in_features dùng cho mạng có layer linear sau flatten.",
    ),
    "nothing_free": Kind(
        "the input {shape} has no letter to look for",
        "input {shape} không có chữ nào để tìm",
        "Write letters for its sizes, such as 3,M,N, or leave it out.",
        "Ghi chữ cho các kích thước, ví dụ 3,M,N, hoặc bỏ --input.",
    ),
    "too_many_unknowns": Kind(
        "more than {count} combinations of letters would have to be tried",
        "phải thử hơn {count} tổ hợp các chữ",
        "Put numbers in for some of the letters.",
        "Thay bớt chữ bằng số.",
    ),
    "too_many_marks": Kind(
        "the layers have {count} question marks, more than {limit}",
        "các layer có {count} dấu hỏi, nhiều hơn {limit}",
        "Put numbers in for some of them.",
        "Thay bớt dấu hỏi bằng số.",
    ),
    "field_unknown": Kind(
        "the receptive field of this network is not known",
        "không xác định được receptive field của mạng này",
        "Ask for layers in a row, without flatten or reshape.",
        "Dùng các layer nối tiếp, không có flatten hay reshape.",
    ),
    "channel_mismatch": Kind(
        "it takes {takes} {unit}, but its input {shape} has {has}",
        "layer này nhận {takes} {unit_vi}, nhưng input {shape} có {has}",
        "The number should have been {has}.",
        "Số đúng phải là {has}.",
    ),
    "groups_do_not_divide": Kind(
        "groups {groups} does not divide the {count} {what}",
        "groups {groups} không chia hết {count} {what_vi}",
        "Choose a divisor of {count}.",
        "Chọn một ước của {count}.",
    ),
    "same_with_stride": Kind(
        "padding 'same' does not go with stride {stride} (torch refuses it too)",
        "padding 'same' không đi cùng stride {stride} (torch cũng từ chối)",
        "{hint}",
        "{hint_vi}",
    ),
    "padding_over_half": Kind(
        "padding {padding} is more than half of the kernel {window}",
        "padding {padding} lớn hơn một nửa kernel {window}",
        "In a pool the padding is at most half of the kernel.",
        "Với pooling, padding tối đa bằng một nửa kernel.",
    ),
    "output_padding_too_large": Kind(
        "output_padding {output_padding} must be smaller than the stride {stride} or the dilation {dilation}",
        "output_padding {output_padding} phải nhỏ hơn stride {stride} hoặc dilation {dilation}",
        "Use at most the larger of the two, less 1.",
        "Dùng nhiều nhất là giá trị lớn hơn trong hai số đó trừ 1.",
    ),
    "empty_output": Kind(
        "the output would have no cells: {sizes}",
        "output không còn ô nào: {sizes}",
        "Use less padding, a larger scale or a larger input.",
        "Giảm padding, tăng scale hoặc dùng input lớn hơn.",
    ),
    "only_measured": Kind(
        "{what} was measured on {shapes} and is not known elsewhere",
        "{what} chỉ được đo với {shapes}, không biết kết quả với shape khác",
        "Import the model again with this input.",
        "Nhập lại model với input này.",
    ),
    "other_total": Kind(
        "{layer_name} asks for {asked} values, but its input {shape} has {has}",
        "{layer_name} cần {asked} giá trị, nhưng input {shape} có {has}",
        "Write sizes whose product is {has}.",
        "Ghi các kích thước có tích bằng {has}.",
    ),
    "not_one": Kind(
        "{layer_name} takes away an axis of size 1, but that axis of {shape} has {size}",
        "{layer_name} bỏ một trục có kích thước 1, nhưng trục đó của {shape} bằng {size}",
        "Name an axis of size 1, or flatten.",
        "Chọn trục có kích thước 1, hoặc dùng flatten.",
    ),
    "nothing_left": Kind(
        "the crop leaves nothing of the input {sizes}",
        "phần cắt không để lại gì của input {sizes}",
        "Crop less.",
        "Cắt ít hơn.",
    ),
    "padding_wraps": Kind(
        "padding {padding} with mode '{mode}' needs an input of at least {least}, but it is {size}",
        "padding {padding} với mode '{mode}' cần input ít nhất {least}, nhưng input là {size}",
        "Use zeros, less padding or a larger input.",
        "Dùng zeros, giảm padding hoặc dùng input lớn hơn.",
    ),
    "one_value": Kind(
        "one value per channel cannot be normalised: the map is {sizes}",
        "mỗi channel chỉ có một giá trị nên không chuẩn hoá được: feature map là {sizes}",
        "instance norm needs a map of at least two cells (torch refuses it too).",
        "instance norm cần feature map có ít nhất hai ô (torch cũng từ chối).",
    ),
    "over_batch": Kind(
        "dim={dim} is the batch axis: every input would be mixed with the others of its batch",
        "dim={dim} là trục batch: mỗi input sẽ bị trộn với các input khác trong batch",
        "Use dim=1 for the channels.",
        "Dùng dim=1 cho các channel.",
    ),
    "not_indices": Kind(
        "it looks up whole numbers, but here it would get {found}",
        "layer này tra bảng bằng số nguyên, nhưng ở đây nó nhận {found_vi}",
        "Put the embedding first; its input is the positions of words in the vocabulary.",
        "Đặt embedding ở đầu mạng; input của nó là vị trí của các từ trong từ điển.",
    ),
    "index_too_large": Kind(
        "padding_idx {index} is not among the {count} vectors 0 to {last}",
        "padding_idx {index} không nằm trong {count} vector từ 0 đến {last}",
    ),
    "branches_differ": Kind(
        "the branches of {what} give {shapes}; {rule}",
        "các nhánh của {what} cho ra {shapes}; {rule_vi}",
        "{hint}",
        "{hint_vi}",
    ),
    "tensor_too_large": Kind(
        "a tensor of shape {shape} takes more than 2^63 − 1 bytes",
        "tensor có shape {shape} chiếm hơn 2^63 − 1 byte",
        "torch counts bytes in 64 bits; use smaller sizes.",
        "torch đếm byte bằng 64 bit; dùng kích thước nhỏ hơn.",
    ),
    "inexact_scale": Kind(
        "scale_factor {scale} has no exact formula: torch rounds {scale} to binary",
        "scale_factor {scale} không có công thức chính xác: torch làm tròn {scale} sang nhị phân",
        "Use numbers instead of letters for the input, or a scale such as 2, 1.5 or 0.5.",
        "Dùng số thay cho chữ ở input, hoặc scale như 2, 1.5 hay 0.5.",
    ),
}
