"""What is said of recipes and runs."""

from __future__ import annotations

from convcalc.messages.kind import Kind

KINDS: dict[str, Kind] = {
    "unknown_recipe": Kind(
        "there is no recipe '{name}'",
        "không có recipe '{name}'",
        "{perhaps}convcalc train --list shows all.",
        "{perhaps_vi}Xem tất cả bằng convcalc train --list.",
    ),
    "recipe_needed": Kind(
        "say what to train, such as convcalc train lenet",
        "chưa cho biết huấn luyện mạng nào, ví dụ convcalc train lenet",
        "convcalc train --list shows all.",
        "Xem tất cả bằng convcalc train --list.",
    ),
    "processes_differ": Kind(
        "the processes do not have the same data or settings",
        "các tiến trình không có cùng dữ liệu hoặc thiết lập",
        "Give all of them the same command and the same data sets.",
        "Dùng cùng một lệnh và cùng dữ liệu cho mọi tiến trình.",
    ),
    "process_gone": Kind(
        "another process of this training has ended, or is not reached any more",
        "một tiến trình khác của lần huấn luyện này đã dừng hoặc không còn liên lạc được",
        "Its own words say why; the same command (without --fresh) goes on from the last checkpoint.",
        "Xem thông báo của tiến trình đó để biết lý do; chạy lại lệnh này (bỏ --fresh) để tiếp tục từ checkpoint gần nhất.",
    ),
    "freeze_untrained": Kind(
        "--freeze features needs a trained {name}, but {run} has none of this shape and vocabulary",
        "--freeze features cần {name} đã huấn luyện, nhưng trong {run} không có trọng số này, hoặc nó khác shape hay khác bộ từ vựng",
        "Take the weights of a run of the same network, or leave out --freeze.",
        "Lấy trọng số từ run của cùng một mạng, hoặc bỏ --freeze.",
    ),
    "no_curves": Kind(
        "no run in {path} has a curve: none was measured on a validation set after an epoch",
        "không run nào trong {path} có đường cong: chưa có epoch nào được đo trên tập validation",
        exit_code=3,
    ),
    "no_words": Kind(
        "'{text}' has no word that the run knows",
        "'{text}' không có từ nào mà mạng đã học",
    ),
    "no_run": Kind(
        "there is no run '{name}'",
        "không có run '{name}'",
        "Runs: {known}.",
        "Các run: {known}.",
        3,
    ),
    "no_runs_folder": Kind(
        "there is no folder '{path}'",
        "không có thư mục '{path}'",
        exit_code=3,
    ),
    "cannot_compile": Kind(
        "torch.compile cannot compile this network here: {reason}",
        "torch.compile không biên dịch được mạng này ở đây: {reason}",
        "It needs a C++ compiler, and not every version of torch compiles every network; leave out --compile.",
        "Cần có trình biên dịch C++, và không phải phiên bản torch nào cũng biên dịch được mọi mạng; bỏ --compile.",
        3,
    ),
    "bad_run_name": Kind(
        "--name '{name}' cannot be the name of a folder",
        "--name '{name}' không dùng làm tên thư mục được",
        "The folder of all runs is named with --runs.",
        "Dùng --runs để chọn thư mục chứa các run.",
    ),
    "bad_picture": Kind(
        "the picture '{path}' cannot be read: {reason}",
        "không đọc được ảnh '{path}': {reason_vi}",
    ),
    "bad_text": Kind(
        "the text file '{path}' cannot be read: {reason}",
        "không đọc được file văn bản '{path}': {reason_vi}",
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
    "resume_settings": Kind(
        "{name} goes on with its own settings, not with {keys}",
        "{name} tiếp tục với thiết lập của nó, không nhận {keys}",
        "Leave them out, or train under another name with its weights: --init {name} --name NEW.",
        "Bỏ các tuỳ chọn đó, hoặc huấn luyện với tên khác và trọng số của nó: --init {name} --name TÊN_MỚI.",
    ),
    "freeze_alone": Kind(
        "--freeze features would keep weights that nobody has trained",
        "--freeze features sẽ giữ nguyên những trọng số chưa được huấn luyện",
        "Name the run that they come from: --init RUN.",
        "Chỉ ra run đã huấn luyện chúng: --init RUN.",
    ),
    "processes_apart": Kind(
        "the processes cannot reach each other over the network: {reason}",
        "các tiến trình không kết nối được với nhau qua mạng: {reason}",
        "On each machine, name the interface that joins them: GLOO_SOCKET_IFNAME=eth0 (ip address, ifconfig or ipconfig lists them); a firewall must let them through.",
        "Trên mỗi máy, chỉ ra card mạng nối các máy với nhau: GLOO_SOCKET_IFNAME=eth0 (xem bằng ip address, ifconfig hoặc ipconfig); tường lửa phải cho phép các kết nối này.",
        3,
    ),
    "processes_network": Kind(
        "other machines cannot reach this one by its name, {host}",
        "các máy khác không kết nối được đến máy này qua tên của nó, {host}",
        "Name the interface that joins the machines: GLOO_SOCKET_IFNAME=eth0 (ip address, ifconfig or ipconfig lists them), or give --master-addr as a number.",
        "Chỉ ra card mạng nối các máy với nhau: GLOO_SOCKET_IFNAME=eth0 (xem bằng ip address, ifconfig hoặc ipconfig), hoặc dùng địa chỉ IP cho --master-addr.",
        3,
    ),
    "processes_unclear": Kind(
        "the environment says that this is process {rank} of {size} (RANK, WORLD_SIZE), which is none that torchrun has started",
        "biến môi trường cho biết đây là tiến trình {rank} trong {size} (RANK, WORLD_SIZE), nhưng không phải do torchrun khởi động",
        "Unset RANK and WORLD_SIZE, or start with torchrun --nproc-per-node=N -m convcalc train ….",
        "Bỏ hai biến RANK và WORLD_SIZE, hoặc chạy bằng torchrun --nproc-per-node=N -m convcalc train ….",
    ),
    "init_itself": Kind(
        "{name} cannot begin with its own weights",
        "{name} không thể bắt đầu từ trọng số của chính nó",
        "Give this run another name (--name), or leave --init out to go on with that one.",
        "Đặt tên khác cho run này (--name), hoặc bỏ --init để tiếp tục run đó.",
    ),
    "run_other": Kind(
        "the run {name} was begun with other settings ({keys})",
        "run {name} đã bắt đầu với thiết lập khác ({keys_vi})",
        "Give this one a name of its own (--name; with --init {name} it takes over the weights), or delete that run and train again (--fresh).",
        "Đặt tên khác (--name; thêm --init {name} để dùng lại trọng số), hoặc xoá run đó và huấn luyện lại (--fresh).",
    ),
    "run_busy": Kind(
        "another process is training {name}",
        "một tiến trình khác đang huấn luyện {name}",
        "Wait for it, or give this one another --name.",
        "Chờ nó xong, hoặc đặt --name khác.",
    ),
    "run_broken": Kind(
        "{path} is damaged: {reason}",
        "{path} bị hỏng: {reason_vi}",
        "Begin the run anew with --fresh.",
        "Bắt đầu lại run bằng --fresh.",
        3,
    ),
    "run_newer": Kind(
        "{path} was written by another version of convcalc (format {version})",
        "{path} do một phiên bản convcalc khác ghi (định dạng {version})",
        "Go on with that version, or give this run another --name.",
        "Dùng đúng phiên bản đó, hoặc đặt --name khác.",
        3,
    ),
    "run_part_broken": Kind(
        "{path} is damaged: {reason}",
        "{path} bị hỏng: {reason_vi}",
        "Remove that file: convcalc train --resume {name} makes it again from the checkpoint.",
        "Xoá file đó: convcalc train --resume {name} sẽ tạo lại từ checkpoint.",
        3,
    ),
    "run_unwritable": Kind(
        "{path} cannot be written: {reason}",
        "không ghi được {path}: {reason_vi}",
        "The checkpoints are whole; once it can be written, run the command again (a training without --fresh goes on from its last checkpoint).",
        "Các checkpoint vẫn nguyên vẹn; khi ghi được rồi, chạy lại lệnh này (nếu là train thì bỏ --fresh để tiếp tục từ checkpoint cuối).",
        3,
    ),
    "run_unfinished": Kind(
        "the run {name} has no checkpoint yet",
        "run {name} chưa có checkpoint nào",
        exit_code=3,
    ),
    "run_no_epoch": Kind(
        "the run {name} has not finished an epoch yet",
        "run {name} chưa huấn luyện xong epoch nào",
        "convcalc train --resume {name} goes on.",
        "Chạy tiếp bằng convcalc train --resume {name}.",
        3,
    ),
    "loss_not_finite": Kind(
        "the loss became NaN or infinite in epoch {epoch}",
        "loss bị NaN hoặc vô cực ở epoch {epoch}",
        "The learning rate {lr} is too high: try a third of it (--lr), with --fresh or another --name.",
        "Learning rate {lr_vi} quá lớn: thử --lr bằng một phần ba, kèm --fresh hoặc --name khác.",
    ),
    "out_of_memory": Kind(
        "there is not enough memory for a batch of {batch} (about {needs} MiB; {each} MiB a sample)",
        "không đủ bộ nhớ cho batch {batch} (khoảng {needs} MiB; mỗi mẫu {each_vi} MiB)",
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
