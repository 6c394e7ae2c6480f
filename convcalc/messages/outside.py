"""What is said of files, options and devices."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "picture_format": Kind(
        "'{path}' does not end like a picture",
        "'{path}' không có đuôi của file ảnh",
        "Use one of {known}.",
        "Dùng một trong {known}.",
    ),
    "picture_letters": Kind(
        "a picture needs numbers, but {what}",
        "hình vẽ cần số cụ thể, nhưng {what_vi}",
        "Put numbers in for the letters.",
        "Thay chữ bằng số.",
    ),
    "picture_input": Kind(
        "the shape of the input is missing",
        "thiếu shape của input",
        "Add --input, for example --input 1,28,28.",
        "Thêm --input, ví dụ --input 1,28,28.",
    ),
    "picture_title": Kind(
        "the title has characters that no picture can hold",
        "tiêu đề có ký tự không thể ghi vào hình",
        "Write letters, digits and marks alone.",
        "Chỉ dùng chữ, số và dấu câu.",
    ),
    "field_axes": Kind(
        "--field draws one or two axes, and here there are {count}",
        "--field vẽ một hoặc hai trục, ở đây có {count}",
        "convcalc shape says the receptive field of any network.",
        "convcalc shape cho biết receptive field của mọi mạng.",
    ),
    "steps_too_many": Kind(
        "{count} output cells are too many for a picture of every step",
        "{count} ô output là quá nhiều để vẽ từng bước",
        "Use at most {limit}: a smaller input or fewer kernels.",
        "Dùng tối đa {limit} ô: input nhỏ hơn hoặc ít kernel hơn.",
    ),
    "mark_in_code": Kind(
        "{field} of {layer_name} is a ?, but only in_features and in_channels can be left open in code",
        "{field} của {layer_name} là ?, nhưng trong code chỉ in_features và in_channels được để trống",
        "Write a number there.",
        "Ghi một số vào đó.",
    ),
    "steps_one_window": Kind(
        "--steps draws one convolution or pool along one or two axes, without groups; this is {layer_name}",
        "--steps vẽ một lớp tích chập hoặc pooling theo một hay hai trục, không có groups; ở đây là {layer_name}",
        "Write the layer alone, such as conv 3x3 s2 p1.",
        "Chỉ ghi một layer, ví dụ conv 3x3 s2 p1.",
    ),
    "steps_too_large": Kind(
        "an input of {shape} is too large for a picture of every step",
        "input {shape} quá lớn để vẽ từng bước",
        "Use at most {channels} channels and {cells} cells along each axis, padding counted.",
        "Dùng tối đa {channels} channel và {cells} ô mỗi trục, tính cả padding.",
    ),
    "data_other_shape": Kind(
        "--data has the shape {found}, but --input is {shape}",
        "--data có shape {found}, nhưng --input là {shape}",
        "Leave one of them out.",
        "Bỏ bớt một trong hai.",
    ),
    "gif_of_steps": Kind(
        "only --steps makes a .gif",
        "chỉ --steps tạo được file .gif",
        "Use .svg, .png or .pdf, or add --steps.",
        "Dùng .svg, .png hoặc .pdf, hoặc thêm --steps.",
    ),
    "no_torch": Kind(
        "the check needs torch, which cannot be imported: {reason}",
        "kiểm tra cần torch, nhưng không import được: {reason}",
        "Install it (pip install torch), or add --no-check.",
        "Cài torch (pip install torch), hoặc thêm --no-check.",
        exit_code=3,
    ),
    "torch_needed": Kind(
        "this needs torch, which cannot be imported: {reason}",
        "lệnh này cần torch, nhưng không import được: {reason}",
        "Install it (pip install torch).",
        "Cài torch (pip install torch).",
        exit_code=3,
    ),
    "no_device": Kind(
        "the device '{device}' is not there: {reason}",
        "không có thiết bị '{device}': {reason_vi}",
        "Use --device cpu or --device auto.",
        "Dùng --device cpu hoặc --device auto.",
        exit_code=3,
    ),
}
