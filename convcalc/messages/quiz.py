"""What is said of questions, papers and answers."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "unknown_kind": Kind(
        "there is no kind of question '{name}'",
        "không có loại câu hỏi '{name}'",
        "Kinds: {known}.",
        "Các loại: {known}.",
    ),
    "unknown_topic": Kind(
        "there is no topic or kind of question '{name}'",
        "không có chủ đề hay loại câu hỏi '{name}'",
        "Topics: {topics}. Kinds: {known}.",
        "Chủ đề: {topics}. Các loại: {known}.",
    ),
    "unknown_level": Kind(
        "there is no level '{name}'",
        "không có mức độ '{name}'",
        "Levels: {known}.",
        "Các mức: {known}.",
    ),
    "other_version": Kind(
        "this convcalc has no version {version} of {kind} questions",
        "bản convcalc này không có phiên bản {version} của câu hỏi {kind}",
        "It has {known}; a newer convcalc made that name.",
        "Chỉ có {known}; tên đó do một bản convcalc mới hơn tạo ra.",
    ),
    "no_question": Kind(
        "no fair question was found for {name} at level {level} with seed {seed}",
        "không tạo được câu hỏi {name} mức {level} với seed {seed}",
        "Take another seed.",
        "Chọn seed khác.",
    ),
    "bad_question_id": Kind(
        "'{text}' is not the name of a question",
        "'{text}' không phải là tên câu hỏi",
        "A name looks like output-shape.easy.42.v1.",
        "Tên có dạng output-shape.easy.42.v1.",
    ),
    "unreadable_answer": Kind("the answer cannot be read: {why}", "không đọc được câu trả lời: {why_vi}"),
    "out_of_range": Kind(
        "{option} must be from {low} to {high}, not {value}",
        "{option} phải nằm trong khoảng từ {low} đến {high}, nhưng lại là {value}",
        "{hint}",
        "{hint_vi}",
    ),
    "no_home": Kind(
        "there is no folder to keep answers in: this user has no home directory",
        "không có thư mục để lưu câu trả lời: người dùng này không có thư mục home",
        "Name a file in the environment: CONVCALC_PROGRESS=FILE.",
        "Đặt biến môi trường CONVCALC_PROGRESS=FILE.",
        3,
    ),
    "progress_newer": Kind(
        "{path} was written by a newer convcalc (version {version} of the file; this one knows {known})",
        "{path} do bản convcalc mới hơn ghi (phiên bản file {version}; bản này chỉ biết đến {known})",
        "Update convcalc, or name another file with CONVCALC_PROGRESS. Nothing was changed.",
        "Cập nhật convcalc, hoặc chọn file khác bằng CONVCALC_PROGRESS. File chưa bị thay đổi.",
        3,
    ),
    "progress_damaged": Kind(
        "{path} is damaged or no progress file ({reason})",
        "{path} bị hỏng hoặc không phải là file tiến độ ({reason})",
        "Nothing was changed. Put a copy of it back, or move it away to begin anew; sqlite3's .recover may save what is in it.",
        "File chưa bị thay đổi. Hãy khôi phục bản sao, hoặc chuyển file đi chỗ khác để bắt đầu lại; lệnh .recover của sqlite3 có thể cứu dữ liệu.",
        3,
    ),
    "progress_unwritable": Kind(
        "the answers cannot be kept in {path} ({reason})",
        "không lưu được câu trả lời vào {path} ({reason_vi})",
        "Name another file with CONVCALC_PROGRESS, or go on without keeping them: --no-save.",
        "Chọn file khác bằng CONVCALC_PROGRESS, hoặc làm bài mà không lưu: --no-save.",
        3,
    ),
    "answers_unkept": Kind(
        "{count} answers could not be kept: {lost}",
        "{count} câu trả lời chưa lưu được: {lost}",
        "Make room on the disk; convcalc quiz answer grades each of them again.",
        "Giải phóng dung lượng ổ đĩa; convcalc quiz answer sẽ chấm lại từng câu.",
        3,
    ),
    "bad_paper": Kind(
        "'{path}' is not a paper: {reason}",
        "'{path}' không phải là đề hợp lệ: {reason}",
        "A paper is a TOML file; docs/quiz.md describes it, and quizzes/ has some.",
        "Đề là một file TOML; xem docs/quiz.md và các ví dụ trong quizzes/.",
    ),
    "paper_empty": Kind(
        "'{path}' has no questions",
        "'{path}' không có câu hỏi nào",
        "Add [[section]] and [[section.question]] entries.",
        "Thêm các mục [[section]] và [[section.question]].",
    ),
    "paper_language": Kind(
        "'{path}' is not for the language {lang}",
        "'{path}' không có bản tiếng {lang}",
        "Its languages: {known}.",
        "Các ngôn ngữ của đề: {known}.",
    ),
    "same_file": Kind("'{path}' is also what is read", "'{path}' cũng chính là file đầu vào"),
    "paper_too_long": Kind(
        "'{path}' has {count} questions; {limit} is the most", "'{path}' có {count} câu hỏi; tối đa là {limit}"
    ),
    "paper_one_of": Kind(
        "{where}: a question has one of kind, id and ask; this one has: {found}",
        "{where}: mỗi câu hỏi có đúng một trong kind, id và ask; câu này có: {found}",
    ),
    "paper_question": Kind("{where}: {problem}", "{where}: {problem_vi}", "{hint}", "{hint_vi}"),
    "bad_key_entry": Kind(
        "the key has an entry that is not one ({reason})",
        "file đáp án có mục không hợp lệ ({reason})",
        "Use the key.json that convcalc quiz make wrote.",
        "Dùng đúng file key.json do convcalc quiz make tạo ra.",
    ),
    "bad_key": Kind(
        "'{path}' is not a key: {reason}",
        "'{path}' không phải là file đáp án: {reason}",
        "Use the key.json that convcalc quiz make wrote.",
        "Dùng đúng file key.json do convcalc quiz make tạo ra.",
    ),
    "table_empty": Kind(
        "'{path}' has no rows",
        "'{path}' không có dòng nào",
        "The first line names the columns.",
        "Dòng đầu là tên các cột.",
    ),
    "table_column_missing": Kind(
        "{where}: there is no column '{name}'",
        "{where}: thiếu cột '{name}'",
        "Columns: {known}.",
        "Các cột: {known}.",
    ),
    "table_columns_twice": Kind("{where}: the column '{name}' is there twice", "{where}: cột '{name}' bị lặp"),
    "table_ragged": Kind(
        "{where}: {has} cells, but there are {wants} columns",
        "{where}: có {has} ô, nhưng bảng có {wants} cột",
        "Put a cell with the separator in it in double quotes.",
        "Đặt ô có chứa dấu phân cách trong dấu ngoặc kép.",
    ),
    "table_broken": Kind("{where}: the CSV cannot be read ({reason})", "{where}: không đọc được CSV ({reason})"),
    "table_encoding": Kind(
        "{where}: not in {encoding}; it looks like {likely}",
        "{where}: không phải {encoding}; có vẻ là {likely}",
        "Save the file as UTF-8, or say --encoding {likely}.",
        "Lưu file dạng UTF-8, hoặc thêm --encoding {likely}.",
    ),
    "no_encoding": Kind(
        "there is no encoding '{name}'",
        "không có bảng mã '{name}'",
        "Examples: utf-8, cp1258, utf-16.",
        "Ví dụ: utf-8, cp1258, utf-16.",
    ),
    "bad_student_id": Kind(
        "{where}: '{text}' is no student id",
        "{where}: '{text}' không phải là mã sinh viên",
        "An id has letters a to z, digits, and . _ - between them: it becomes the name of a file.",
        "Mã gồm chữ a đến z, chữ số và . _ - ở giữa, vì nó thành tên file.",
    ),
    "student_twice": Kind(
        "{where}: the id {id} is already on line {line}",
        "{where}: mã {id} đã có ở dòng {line}",
    ),
    "unknown_student": Kind(
        "{where}: the key has no student {id}",
        "{where}: file đáp án không có sinh viên {id}",
    ),
    "unknown_question": Kind(
        "{where}: there is no question {number}",
        "{where}: không có câu {number}",
        "Questions are 1 to {count}.",
        "Các câu từ 1 đến {count}.",
    ),
    "answered_twice": Kind(
        "{where}: question {number} of {id} is answered already, on line {line}",
        "{where}: câu {number} của {id} đã có đáp án ở dòng {line}",
    ),
    "one_roster": Kind(
        "say for whom: --students roster.csv, or --copies N",
        "cần cho biết ra đề cho ai: --students roster.csv hoặc --copies N",
    ),
}
