"""What is said of data sets, recipes and runs."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "unknown_recipe": Kind(
        "there is no recipe '{name}'",
        "không có công thức huấn luyện '{name}'",
        "Perhaps: {known}. convcalc train --list shows all.",
        "Có thể là: {known}. Xem tất cả bằng convcalc train --list.",
    ),
    "recipe_needed": Kind(
        "say what to train, such as convcalc train lenet",
        "cần cho biết huấn luyện model nào, ví dụ convcalc train lenet",
        "convcalc train --list shows all.",
        "Xem tất cả bằng convcalc train --list.",
    ),
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
        "không tải được {name} ({reason})",
        "Connect to the network and try again, or put the file into {folder}.",
        "Kết nối mạng rồi thử lại, hoặc đặt file vào {folder}.",
        3,
    ),
    "data_needed": Kind(
        "{name} trains on pictures of yours",
        "{name} cần ảnh của bạn",
        "Name a folder that has a folder for each class: --data FOLDER.",
        "Chỉ ra thư mục có thư mục con cho từng lớp: --data THƯ_MỤC.",
    ),
    "other_data": Kind(
        "{name} does not train on data such as {data}",
        "{name} không dùng được với dữ liệu {data}",
        "convcalc train --list shows the data of each recipe.",
        "Xem dữ liệu của từng công thức bằng convcalc train --list.",
    ),
    "too_few_classes": Kind(
        "--classes {classes} is too few: the data have {has}",
        "--classes {classes} quá ít: dữ liệu có {has} lớp",
    ),
    "data_broken": Kind(
        "{path} cannot be read: {reason}",
        "không đọc được {path}: {reason}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_magic": Kind(
        "{path} is no file of this kind: it begins with {has}, not with {wants}",
        "{path} không đúng định dạng: bắt đầu bằng {has} thay vì {wants}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_truncated": Kind(
        "{path} is cut short or too long: {has} bytes instead of {wants}",
        "{path} không đủ hoặc thừa byte: {has} thay vì {wants}",
        "Get the file again.",
        "Tải lại file này.",
        3,
    ),
    "data_counts": Kind(
        "{path}: {samples} samples but {labels} labels, or pictures that are not square",
        "{path}: {samples} mẫu nhưng {labels} nhãn, hoặc ảnh không vuông",
        exit_code=3,
    ),
    "data_labels": Kind(
        "{path}: the label {found} is none of 0 to {last}",
        "{path}: nhãn {found} không nằm trong 0 đến {last}",
        exit_code=3,
    ),
    "data_line": Kind("{path}, line {line}: not {wants}", "{path}, dòng {line}: không đúng dạng {wants}", exit_code=3),
    "data_file_missing": Kind("{path} has no {name}", "{path} không có {name}", exit_code=3),
    "data_no_classes": Kind(
        "'{path}' has {count} folders of classes, and at least two are needed",
        "'{path}' có {count} thư mục lớp, cần ít nhất hai",
        "There must be a folder for each class, or train/, validation/ and test/ with such folders.",
        "Cần một thư mục cho mỗi lớp, hoặc train/, validation/ và test/ chứa các thư mục đó.",
    ),
    "data_part_empty": Kind(
        "{name} has too few samples for training, validation and test",
        "{name} có quá ít mẫu để chia train, validation và test",
    ),
    "processes_differ": Kind(
        "the processes do not have the same data or settings",
        "các tiến trình không có cùng dữ liệu hoặc thiết lập",
        "Give all of them the same command and the same data sets.",
        "Dùng cùng một lệnh và cùng dữ liệu cho mọi tiến trình.",
    ),
    "process_gone": Kind(
        "another process of this training has ended",
        "một tiến trình khác của lần train này đã dừng",
        "Its own words say why; the same command goes on from the last checkpoint.",
        "Xem thông báo của tiến trình đó; chạy lại đúng lệnh này để tiếp tục từ checkpoint gần nhất.",
    ),
    "data_class_empty": Kind("the class {name} in {path} is empty", "lớp {name} trong {path} không có mẫu nào"),
    "data_pictures": Kind(
        "pictures that cannot be decoded: {count}: {names} ({reason})",
        "{count} ảnh không đọc được: {names} ({reason})",
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
    "no_words": Kind(
        "'{text}' has no word that the run knows",
        "'{text}' không có từ nào mà model đã học",
    ),
    "no_run": Kind(
        "there is no run '{name}'",
        "không có run '{name}'",
        "Runs: {known}.",
        "Các run: {known}.",
        3,
    ),
    "cannot_compile": Kind(
        "torch.compile cannot compile this network here: {reason}",
        "torch.compile không biên dịch được mạng này ở đây: {reason}",
        "It needs a C++ compiler; leave out --compile.",
        "Cần có trình biên dịch C++; bỏ --compile.",
        3,
    ),
    "bad_run_name": Kind(
        "--name '{name}' is no name of a folder",
        "--name '{name}' không phải tên thư mục",
        "The folder of all runs is named with --runs.",
        "Thư mục chứa các run chỉ ra bằng --runs.",
    ),
    "no_data_folder": Kind(
        "--data-dir {path} is no folder",
        "--data-dir {path} không phải thư mục",
        exit_code=3,
    ),
    "bad_picture": Kind(
        "the picture '{path}' cannot be read: {reason}",
        "không đọc được ảnh '{path}': {reason}",
    ),
    "png_only": Kind(
        "the curves are drawn as PNG, and {path} does not end in .png",
        "đường cong được vẽ ra file PNG, nhưng {path} không có đuôi .png",
    ),
    "resume_alone": Kind(
        "--resume takes neither --name nor --fresh: the run has its name, and goes on",
        "--resume không đi cùng --name hay --fresh: run giữ tên của nó và chạy tiếp",
        "To begin it anew, repeat its command with --fresh.",
        "Để bắt đầu lại, chạy lại lệnh ban đầu với --fresh.",
    ),
    "freeze_alone": Kind(
        "--freeze features would keep weights that nobody has trained",
        "--freeze features sẽ giữ nguyên những trọng số chưa được huấn luyện",
        "Name the run that they come from: --init RUN.",
        "Chỉ ra run đã huấn luyện chúng: --init RUN.",
    ),
    "run_other": Kind(
        "the run {name} was begun with other settings ({keys})",
        "run {name} đã bắt đầu với thiết lập khác ({keys})",
        "Give this one a name of its own (--name), or begin that one anew (--fresh).",
        "Đặt tên khác (--name), hoặc bắt đầu lại run đó (--fresh).",
    ),
    "run_busy": Kind(
        "another process is training {name}",
        "một tiến trình khác đang huấn luyện {name}",
        "Wait for it, or give this one another --name.",
        "Chờ nó xong, hoặc đặt --name khác.",
    ),
    "run_broken": Kind(
        "{path} is damaged: {reason}",
        "{path} bị hỏng: {reason}",
        "Begin the run anew with --fresh.",
        "Bắt đầu lại run bằng --fresh.",
        3,
    ),
    "run_unwritable": Kind(
        "{path} cannot be written: {reason}",
        "không ghi được {path}: {reason}",
        "What was there before is whole; make room, and the same command goes on from the last epoch.",
        "Dữ liệu trước đó vẫn nguyên vẹn; giải phóng ổ đĩa rồi chạy lại lệnh này để tiếp tục từ epoch cuối.",
        3,
    ),
    "run_unfinished": Kind(
        "the run {name} has no checkpoint yet",
        "run {name} chưa có checkpoint nào",
        exit_code=3,
    ),
    "loss_not_finite": Kind(
        "the loss is no number any more in epoch {epoch}",
        "loss bị NaN hoặc vô cực ở epoch {epoch}",
        "The learning rate {lr} is too high for this; try --lr with a third of it, with --fresh or another --name.",
        "Learning rate {lr} quá lớn; thử --lr bằng một phần ba, cùng với --fresh hoặc --name khác.",
    ),
    "out_of_memory": Kind(
        "there is not enough memory for a batch of {batch} (about {needs} MB; {each} MB a sample)",
        "không đủ bộ nhớ cho batch {batch} (khoảng {needs} MB; {each} MB mỗi mẫu)",
        "Try --batch {fits}.",
        "Thử --batch {fits}.",
        3,
    ),
    "other_network": Kind(
        "the run {name} has no parameters that fit this network",
        "run {name} không có tham số nào khớp với mạng này",
    ),
    "no_classes": Kind(
        "the run {name} gives a class to every pixel, not to a picture",
        "run {name} gán lớp cho từng pixel, không phải cho cả ảnh",
        "Its predictions.png shows some.",
        "Xem predictions.png của run.",
    ),
}
