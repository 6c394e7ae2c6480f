"""Every way to go wrong: one table from an error's kind to its sentence, its hint and its exit code, in both languages.

Exit codes: 1 a check, claim or answer is wrong; 2 the input is wrong; 3 something outside is missing.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What is said of one kind of error; `{name}` stands for a value given where it is raised."""

    en: str
    vi: str
    hint_en: str = ""
    hint_vi: str = ""
    exit_code: int = 2


KINDS: dict[str, Kind] = {
    # -- reading a spec -----------------------------------------------------------------------------------------
    "empty_spec": Kind(
        "the spec is empty",
        "spec rỗng",
        "Write layers joined by '>', such as conv 6@5x5 > relu > avgpool 2.",
        "Viết các layer nối nhau bằng '>', ví dụ conv 6@5x5 > relu > avgpool 2.",
    ),
    "spec_too_long": Kind(
        "the spec has {count} characters; at most {limit} are read",
        "spec dài {count} ký tự; chỉ đọc tối đa {limit} ký tự",
        "Write repeated parts once, as in 3 * (conv 64@3x3 p1 > relu).",
        "Viết phần lặp lại một lần, ví dụ 3 * (conv 64@3x3 p1 > relu).",
    ),
    "too_deep": Kind(
        "brackets are nested more than {limit} deep",
        "ngoặc lồng nhau quá {limit} tầng",
        "Flatten the spec: layers in a row need no brackets.",
        "Bỏ bớt ngoặc: các layer nối tiếp nhau không cần ngoặc.",
    ),
    "too_many_layers": Kind(
        "the network has {count} layers; at most {limit} are worked out",
        "mạng có {count} layer; chỉ tính tối đa {limit} layer",
        "Lower the repeat counts.",
        "Giảm số lần lặp.",
    ),
    "bad_character": Kind(
        "the character {found} cannot stand in a spec",
        "ký tự {found} không dùng được trong spec",
        "{instead}A spec is written with letters, digits and > | ( ) , ; : = @ * + - / .",
        "{instead_vi}Spec chỉ gồm chữ không dấu, chữ số và > | ( ) , ; : = @ * + - / .",
    ),
    "unexpected": Kind(
        "expected {expected}, found {found}",
        "cần {expected_vi}, nhưng gặp {found_vi}",
    ),
    "unknown_layer": Kind(
        "there is no layer called '{name}'",
        "không có layer nào tên '{name}'",
        "{near}",
        "{near_vi}",
    ),
    "unknown_token": Kind(
        "{layer_name} does not understand '{token}'",
        "layer {layer_name} không hiểu '{token}'",
        "{layer_name} takes: {usage}. {near}",
        "{layer_name} nhận: {usage}. {near_vi}",
    ),
    "token_twice": Kind(
        "{layer_name} is given {field} twice",
        "{layer_name} có {field} hai lần",
        "Keep one of the two.",
        "Giữ lại một trong hai.",
    ),
    "missing_value": Kind(
        "{layer_name} needs {field}",
        "{layer_name} cần {field_vi}",
        "For example: {example}.",
        "Ví dụ: {example}.",
    ),
    "bad_value": Kind(
        "{field} of {layer_name} is {value}, but must be {expected}",
        "{field_vi} của {layer_name} là {value}, nhưng phải là {expected_vi}",
    ),
    "number_too_large": Kind(
        "the number {value} is too large; sizes go up to {limit}",
        "số {value} quá lớn; kích thước tối đa là {limit}",
    ),
    "too_many_branches": Kind(
        "residual has {count} branches; it adds two at most",
        "residual có {count} nhánh; chỉ cộng tối đa hai nhánh",
        "Write residual(BODY) or residual(BODY | SHORTCUT).",
        "Viết residual(BODY) hoặc residual(BODY | SHORTCUT).",
    ),
    "formula_too_large": Kind(
        "the formula has more than {limit}",
        "công thức có hơn {limit_vi}",
        "Use numbers for some of the letters.",
        "Thay một số chữ bằng số.",
    ),
    "not_supported": Kind(
        "{what} is not something convcalc works out",
        "convcalc không tính được {what}",
        "{hint}",
        "{hint_vi}",
    ),
    "missing_number": Kind(
        "{field} needs a number",
        "{field} cần một con số",
        "Write it behind the letter, as in {example}.",
        "Viết số ngay sau chữ, ví dụ {example}.",
    ),
    "node_twice": Kind(
        "two nodes are called '{name}'",
        "có hai node cùng tên '{name}'",
        "Give each node a name of its own.",
        "Đặt cho mỗi node một tên riêng.",
    ),
    "unknown_node": Kind(
        "'{name}' is not a node before this one",
        "'{name}' không phải là node đứng trước node này",
        "Nodes before it: {known}.",
        "Các node đứng trước: {known}.",
    ),
    # -- the input ----------------------------------------------------------------------------------------------
    "missing_input": Kind(
        "the shape of the input is missing",
        "thiếu shape của input",
        "Add --input, for example --input 1,28,28, or letters for a formula: --input C,M,N.",
        "Thêm --input, ví dụ --input 1,28,28, hoặc dùng chữ để ra công thức: --input C,M,N.",
    ),
    "bad_shape": Kind(
        "'{text}' is not a shape",
        "'{text}' không phải là một shape",
        "Write sizes of at least 1, channels first, without the batch size: 1,28,28 or 1x28x28.",
        "Viết các kích thước từ 1 trở lên, channel đứng đầu, không tính batch size: 1,28,28 hoặc 1x28x28.",
    ),
    "wrong_axes": Kind(
        "the input {shape} does not fit: {layer_name} takes {expected}",
        "input {shape} không phù hợp: {layer_name} nhận {expected}",
        "Shapes are written channels first, without the batch size.",
        "Shape viết channel đứng đầu, không tính batch size.",
    ),
    "bad_size": Kind(
        "{field} is {value}, which is below {least}",
        "{field} là {value}, nhỏ hơn {least}",
    ),
    "internal": Kind(
        "convcalc itself has failed here: {what}",
        "chính convcalc gặp lỗi ở đây: {what}",
        "Please report the command; other inputs are not affected.",
        "Hãy báo lại câu lệnh này; các input khác không bị ảnh hưởng.",
    ),
    "letters_left": Kind(
        "a torch module needs numbers, but the input is {shape}",
        "module của torch cần số cụ thể, nhưng input là {shape}",
        "Put numbers in for the letters.",
        "Thay chữ bằng số.",
    ),
    "not_a_spec": Kind(
        "a network is a spec or a layer, not {what}",
        "mạng phải là một spec hoặc một layer, không phải {what}",
        "For example: parse('conv 3x3 > relu').",
        "Ví dụ: parse('conv 3x3 > relu').",
    ),
    "other_dims": Kind(
        "the input {shape} does not fit: this one takes {expected}",
        "input {shape} không phù hợp: loại này nhận {expected}",
        "torch would take the batch for channels; use the class of the right dimension.",
        "torch sẽ coi batch là channel; dùng class đúng số chiều.",
    ),
    "other_last_sizes": Kind(
        "normalized_shape {given} is not how the input {shape} ends",
        "normalized_shape {given} không khớp với phần cuối của input {shape}",
        "It must be the last sizes of the input.",
        "Nó phải là các kích thước cuối của input.",
    ),
    "no_such_axis": Kind(
        "there is no axis {axis} in the input {shape}",
        "input {shape} không có trục {axis}",
        "Axes are counted as in torch: 0 is the batch, 1 to {count} are the input's.",
        "Trục được đếm như trong torch: 0 là batch, 1 đến {count} là các trục của input.",
    ),
    "axes_mismatch": Kind(
        "{field} has {count} values, but the input {shape} has {axes} beside its channels",
        "{field} có {count} giá trị, nhưng input {shape} chỉ có {axes} trục ngoài channel",
        "Give one value, or one for each axis; a grey picture has one channel: 1,28,28.",
        "Ghi một giá trị chung, hoặc mỗi trục một giá trị; ảnh xám có một channel: 1,28,28.",
    ),
    "no_file": Kind(
        "the file '{path}' cannot be read: {reason}",
        "không đọc được file '{path}': {reason_vi}",
        exit_code=3,
    ),
    "no_output": Kind(
        "the output cannot be written: {reason}",
        "không ghi được kết quả: {reason}",
        exit_code=3,
    ),
    "not_text": Kind(
        "{path} is not text in UTF-8",
        "{path} không phải văn bản UTF-8",
    ),
    "bad_option": Kind(
        "{problem}",
        "{problem_vi}",
        "Run '{command} --help' to see the options.",
        "Chạy '{command} --help' để xem các tuỳ chọn.",
    ),
    "bad_batch_line": Kind(
        "the line has {count} tab-separated parts instead of 2",
        "dòng này có {count} phần cách nhau bằng tab thay vì 2",
        "Write SPEC, a tab, SHAPE.",
        "Viết SPEC, dấu tab, rồi SHAPE.",
    ),
    # -- sizes that do not fit ----------------------------------------------------------------------------------
    "window_too_large": Kind(
        "the kernel {window} is larger than the input {sizes} (padding counted)",
        "kernel {window} lớn hơn input {sizes} (đã tính padding)",
        "{fix}",
        "{fix_vi}",
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
    # -- outside ------------------------------------------------------------------------------------------------
    "no_torch": Kind(
        "the check needs torch, which cannot be imported: {reason}",
        "kiểm tra cần torch, nhưng không import được: {reason}",
        "Install it (pip install torch), or add --no-check.",
        "Cài torch (pip install torch), hoặc thêm --no-check.",
        exit_code=3,
    ),
    "no_device": Kind(
        "the device '{device}' is not there: {reason}",
        "không có thiết bị '{device}': {reason}",
        "Use --device cpu or --device auto.",
        "Dùng --device cpu hoặc --device auto.",
        exit_code=3,
    ),
}
