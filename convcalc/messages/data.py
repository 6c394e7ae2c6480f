"""What is said of data sets."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "no_such_data": Kind(
        "there is no data set or folder '{name}'",
        "không có tập dữ liệu hay thư mục '{name}'",
        "Sets: {known}; or a folder with a folder for each class, or a .mat file.",
        "Các tập: {known}; hoặc một thư mục có thư mục con cho từng lớp, hoặc file .mat.",
        3,
    ),
    "data_not_found": Kind(
        "the data set {name} was not found in {places}",
        "không tìm thấy tập dữ liệu {name} trong {places}",
        "Put it into a folder and name that with --data-dir or CONVCALC_DATA.",
        "Đặt dữ liệu vào một thư mục rồi chỉ ra bằng --data-dir hoặc CONVCALC_DATA.",
        3,
    ),
    "no_download": Kind(
        "{name} cannot be downloaded ({reason})",
        "không tải được {name} ({reason_vi})",
        "Connect to the network and try again, or put the file into {folder}.",
        "Kết nối mạng rồi thử lại, hoặc đặt file vào {folder}.",
        3,
    ),
    "data_needed": Kind(
        "{name} needs pictures of your own",
        "{name} cần một bộ ảnh riêng",
        "Name a folder with one subfolder for each class: --data FOLDER.",
        "Chỉ ra một thư mục, trong đó mỗi lớp là một thư mục con: --data THƯ_MỤC.",
    ),
    "other_data": Kind(
        "{name} does not train on data such as {data}",
        "{name} không dùng được với dữ liệu {data}",
        "convcalc train --list shows the data of each recipe.",
        "Xem dữ liệu của từng recipe bằng convcalc train --list.",
    ),
    "too_few_classes": Kind(
        "--classes {classes} is too few: the data have {has}",
        "--classes {classes} quá ít: dữ liệu có {has} lớp",
    ),
    "data_broken": Kind(
        "{path} cannot be read: {reason}",
        "không đọc được {path}: {reason_vi}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_magic": Kind(
        "{path} is no file of this kind: it begins with {has}, not with {wants}",
        "{path} không đúng định dạng: file bắt đầu bằng {has}, lẽ ra phải là {wants}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_truncated": Kind(
        "{path} is cut short or too long: {has} bytes instead of {wants}",
        "{path} thiếu hoặc thừa dữ liệu: {has} byte thay vì {wants}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_counts": Kind(
        "{path}: {samples} samples but {labels} labels",
        "{path}: có {samples} mẫu nhưng có {labels} nhãn",
        exit_code=3,
    ),
    "data_no_rows": Kind(
        "{path}: X must be a matrix with a row for each picture, and has the shape {shape}",
        "{path}: X phải là ma trận, mỗi ảnh một hàng, nhưng lại có shape {shape}",
        exit_code=3,
    ),
    "data_not_square": Kind(
        "{path}: the {pixels} pixels of a picture are no square",
        "{path}: mỗi ảnh có {pixels} pixel, không xếp được thành hình vuông",
        exit_code=3,
    ),
    "data_sizes": Kind(
        "{path}: the test pictures have the size {test}, those for training {train}",
        "{path}: ảnh test có kích thước {test}, còn ảnh train {train}",
        exit_code=3,
    ),
    "data_empty": Kind("{path} holds no sample", "{path} không có mẫu nào", exit_code=3),
    "data_altered": Kind(
        "{path} has as many samples as {name}, but some are not those that its authors published",
        "{path} có đủ số mẫu của {name}, nhưng có mẫu khác với bản tác giả công bố",
        "Get the files again; a set of your own can be a folder for each class (--data FOLDER).",
        "Tải lại các file; nếu là dữ liệu riêng thì xếp ảnh mỗi lớp vào một thư mục (--data THƯ_MỤC).",
        3,
    ),
    "data_other_set": Kind(
        "the files in {path} are {other}, not {name}",
        "các file trong {path} là {other} chứ không phải {name}",
        "Name that set: --data {other}; or another folder: --data-dir FOLDER.",
        "Dùng --data {other}, hoặc chọn thư mục khác: --data-dir THƯ_MỤC.",
        3,
    ),
    "data_unread": Kind(
        "{path} holds {name}, which is not read: it could run code",
        "{path} có {name}, nhưng convcalc không đọc loại file này vì nó có thể chạy code lạ",
        "Get the binary version, {wants}.",
        "Tải bản binary, {wants}.",
        3,
    ),
    "data_incomplete": Kind(
        "{path} lacks {name}, which cannot be downloaded ({reason})",
        "{path} thiếu {name}, mà cũng không tải được ({reason_vi})",
        "Put the file there, or connect to the network and try again.",
        "Đặt file đó vào thư mục, hoặc kết nối mạng rồi thử lại.",
        3,
    ),
    "data_labels": Kind(
        "{path}: the label {found} is not between 0 and {last}",
        "{path}: nhãn {found} không nằm trong khoảng từ 0 đến {last}",
        exit_code=3,
    ),
    "data_line": Kind(
        "{path}, line {line} must be an id, a label (0 or 1) and a text, with tabs between them",
        "{path}, dòng {line} phải gồm id, nhãn (0 hoặc 1) và văn bản, cách nhau bằng tab",
        exit_code=3,
    ),
    "data_file_missing": Kind("{path} has no {name}", "{path} không có {name}", exit_code=3),
    "data_no_classes": Kind(
        "'{path}' has {count} folders of classes, and at least two are needed",
        "'{path}' có {count} thư mục con làm lớp, cần ít nhất hai",
        "There must be a folder for each class, or train/, validation/ and test/ with such folders.",
        "Mỗi lớp một thư mục con; hoặc train/, validation/, test/, mỗi phần gồm các thư mục lớp.",
    ),
    "data_no_train": Kind(
        "'{path}' has folders for validation or test, but none to train on",
        "'{path}' có thư mục validation hoặc test nhưng không có thư mục train",
        "Put the pictures to train on into train/, with a folder for each class.",
        "Xếp ảnh để train vào train/, mỗi lớp một thư mục.",
    ),
    "data_part_empty": Kind(
        "{name} has too few samples for training, validation and test",
        "{name} có quá ít mẫu để chia thành tập train, validation và test",
        "There must be more of them; with --limit, ask for more.",
        "Cần thêm mẫu; nếu dùng --limit thì tăng số đó.",
    ),
    "data_class_empty": Kind("the class {name} in {path} is empty", "lớp {name} trong {path} không có mẫu nào"),
    "data_pictures": Kind(
        "pictures that cannot be decoded: {count}: {names}",
        "{count} ảnh không đọc được: {names_vi}",
        "Remove them, or leave them out with --skip-bad.",
        "Xoá các ảnh đó, hoặc bỏ qua bằng --skip-bad.",
    ),
    "data_unknown_class": Kind(
        "{path} has the class {name}, which is not in {train}",
        "{path} có lớp {name}, nhưng {train} thì không",
        "Give every part the same folders of classes.",
        "Các phần cần có cùng các thư mục lớp.",
    ),
    "data_no_words": Kind(
        "no word stands twice in the texts of {name}, so there is nothing to learn",
        "không có từ nào xuất hiện từ hai lần trong văn bản của {name}, nên không có gì để học",
        exit_code=3,
    ),
    "data_unknown_words": Kind(
        "{part} has texts without a word of the vocabulary: {count}, the first of them is {where}",
        "{part} có {count} văn bản không chứa từ nào trong bộ từ vựng, đầu tiên là {where}",
        "Remove them, or leave them out with --skip-bad.",
        "Xoá các văn bản đó, hoặc bỏ qua bằng --skip-bad.",
        3,
    ),
    "no_data_folder": Kind(
        "--data-dir {path} is not a folder",
        "--data-dir {path} không phải thư mục",
        exit_code=3,
    ),
}
