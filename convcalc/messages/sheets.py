"""What is said of sheets of claims."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "bad_toml": Kind(
        "'{path}' is not a sheet: {reason}",
        "'{path}' không phải là sheet hợp lệ: {reason}",
        "A sheet is a TOML file; convcalc verify --new deck.toml makes a starter.",
        "Sheet là một file TOML; convcalc verify --new deck.toml tạo sẵn một mẫu.",
    ),
    "sheet_unknown_key": Kind(
        "{where}: there is no key '{key}' in {table}",
        "{where}: {table_vi} không có khoá '{key}'",
        "{near}",
        "{near_vi}",
    ),
    "sheet_bad_value": Kind(
        "{where}: '{key}' must be {expected}",
        "{where}: '{key}' phải là {expected_vi}",
    ),
    "sheet_bad_amount": Kind(
        "{where}: '{text}' is not a number",
        "{where}: '{text}' không phải là số",
        'Write 57029322, "57,029,322", "138 million", "1.8e9" or "~140,000,000".',
        'Viết 57029322, "57,029,322", "138 triệu", "1.8e9" hoặc "~140,000,000".',
    ),
    "sheet_missing_key": Kind(
        "{where}: a claim of the kind '{kind}' needs the key '{key}'",
        "{where}: khẳng định loại '{kind}' cần khoá '{key}'",
        "Add it to the claim, or to its page for all claims there.",
        "Thêm vào khẳng định, hoặc vào trang để dùng chung cho cả trang.",
    ),
    "sheet_one_kind": Kind(
        "{where}: a claim says exactly one thing, this one says: {found}",
        "{where}: mỗi khẳng định nói đúng một điều, chỗ này có: {found}",
        "Use one of: {known}.",
        "Dùng một trong: {known}.",
    ),
    "sheet_not_worked": Kind(
        "{where}: {problem}",
        "{where}: {problem_vi}",
        "{hint}",
        "{hint_vi}",
    ),
    "torch_differs": Kind(
        "{where}: torch says otherwise: {differences}",
        "{where}: torch cho kết quả khác: {differences}",
        "Please report this claim; convcalc or torch is wrong.",
        "Hãy báo lại khẳng định này; convcalc hoặc torch tính sai.",
        1,
    ),
    "no_claims": Kind(
        "'{path}' has no claims",
        "'{path}' không có khẳng định nào",
        "Add [[page]] and [[page.claim]] entries; convcalc verify --new deck.toml makes a starter.",
        "Thêm các mục [[page]] và [[page.claim]]; convcalc verify --new deck.toml tạo sẵn một mẫu.",
    ),
    "exists": Kind(
        "'{path}' is there already",
        "'{path}' đã có sẵn",
        "Give another name; nothing is overwritten.",
        "Đặt tên khác; convcalc không ghi đè.",
    ),
    "cannot_write": Kind(
        "'{path}' cannot be written: {reason}",
        "không ghi được '{path}': {reason_vi}",
        "Check the folder and the space left.",
        "Kiểm tra thư mục và dung lượng còn trống.",
        3,
    ),
}
