"""Why a file or a connection fails, in both languages instead of the system's English alone."""

from __future__ import annotations

import errno
from typing import Any

_VI = {
    errno.ENOENT: "không tìm thấy",
    errno.EACCES: "không có quyền truy cập",
    errno.EPERM: "không được phép",
    errno.EISDIR: "đó là thư mục",
    errno.ENOTDIR: "đường dẫn đi qua một file, không phải thư mục",
    errno.EEXIST: "đã có sẵn",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết hạn mức ổ đĩa",
    errno.EFBIG: "file quá lớn",
    errno.EROFS: "hệ thống file chỉ cho đọc",
    errno.EIO: "lỗi đọc ghi của ổ đĩa",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.ELOOP: "các liên kết trỏ vòng quanh",
    errno.EMFILE: "đang mở quá nhiều file",
    errno.ECONNREFUSED: "kết nối bị từ chối",
    errno.ECONNRESET: "kết nối bị ngắt",
    errno.ENETUNREACH: "không có kết nối mạng",
    errno.ETIMEDOUT: "quá thời gian chờ",
}
# Windows' words for a file that another program holds: "access is denied", and two violations of sharing.
_PERHAPS_OPEN = (5, 32, 33)


def of_system(error: OSError) -> dict[str, Any]:
    """`reason` and, where there are Vietnamese words for it, `reason_vi` of a message."""
    found: dict[str, Any] = {"reason": error.strerror or str(error)}
    words = _VI.get(error.errno or 0)
    if getattr(error, "winerror", None) in _PERHAPS_OPEN:
        found["reason"] += " (or another program has it open)"
        words = f"{words}, hoặc đang mở trong chương trình khác"
    return found if words is None else found | {"reason_vi": words}


def of_device(error: BaseException) -> dict[str, Any]:
    """Likewise for a device that torch cannot use."""
    said = str(error).partition("\n")[0][:200]
    if "not compiled with CUDA" in said:
        return {"reason": "this torch was built without CUDA", "reason_vi": "bản torch này không có CUDA"}
    return {"reason": said}
