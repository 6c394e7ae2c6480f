"""What is said of specs and inputs that cannot be read."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
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
    "unknown_family": Kind(
        "there is no family of models called '{name}'",
        "không có họ model nào tên '{name}'",
        "There are: {known}.",
        "Các họ hiện có: {known}.",
    ),
    "not_a_number_of": Kind(
        "the model {name} has no number '{token}' to set",
        "model {name} không có tham số '{token}'",
        "It takes: {known}.",
        "Có thể đặt: {known}.",
    ),
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
    "no_access": Kind(
        "'{path}' cannot be used: {reason}",
        "không dùng được '{path}': {reason_vi}",
        exit_code=3,
    ),
    "no_output": Kind(
        "the output cannot be written: {reason}",
        "không ghi được kết quả: {reason_vi}",
        exit_code=3,
    ),
    "no_memory": Kind(
        "there is not enough memory for this",
        "không đủ bộ nhớ cho lệnh này",
        "Close other programs, or ask for something smaller.",
        "Đóng bớt chương trình khác, hoặc dùng kích thước nhỏ hơn.",
        exit_code=3,
    ),
    "no_temporary": Kind(
        "there is no folder for temporary files that can be written",
        "không có thư mục tạm nào ghi được",
        "Name one in the environment: TMPDIR=FOLDER.",
        "Đặt biến môi trường TMPDIR=THƯ_MỤC.",
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
}
