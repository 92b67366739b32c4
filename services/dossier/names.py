"""Names in both languages of what a dossier shows: official statuses, actions, timings."""

from __future__ import annotations

from collections.abc import Mapping

from services.dossier.contract import ReturnBy, Status, Timing, Urgency

# (Vietnamese, English)
Name = tuple[str, str]

STATUS_NAMES: Mapping[Status, Name] = {
    Status.SUBMITTED: ("Mới đăng ký", "Submitted"),
    Status.ACCEPTED: ("Được tiếp nhận", "Accepted"),
    Status.REFUSED: ("Không được tiếp nhận", "Refused"),
    Status.PROCESSING: ("Đang xử lý", "Processing"),
    Status.SUPPLEMENT_REQUESTED: ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    Status.FEE_DUE: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Fee due"),
    Status.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Withdrawn"),
    Status.STOPPED: ("Dừng xử lý", "Stopped"),
    Status.COMPLETED: ("Đã xử lý xong", "Completed"),
    Status.RETURNED: ("Đã trả kết quả", "Result returned"),
}

ACTION_NAMES: Mapping[str, Name] = {
    "accept": ("Tiếp nhận", "Accept"),
    "refuse": ("Từ chối tiếp nhận", "Refuse"),
    "request-supplement": ("Yêu cầu bổ sung", "Request a supplement"),
    "supplement": ("Bổ sung hồ sơ", "Supplement"),
    "assign": ("Phân công", "Assign"),
    "complete-step": ("Hoàn thành bước", "Complete the step"),
    "consult": ("Lấy ý kiến đơn vị khác", "Ask another unit"),
    "answer-consultation": ("Trả lời ý kiến", "Give the opinion"),
    "call-off-consultation": ("Thôi lấy ý kiến", "Do without the opinion"),
    "return-step": ("Trả lại bước trước", "Return to an earlier step"),
    "request-fee": ("Yêu cầu nộp phí, lệ phí", "Request the fee"),
    "approve": ("Phê duyệt kết quả", "Approve the result"),
    "dispatch": ("Phát hành kết quả", "Dispatch the result"),
    "hand-over": ("Trả kết quả", "Hand over the result"),
    "book-appointment": ("Đặt lịch hẹn", "Book an appointment"),
    "confirm-receipt": ("Xác nhận đã nhận kết quả", "Confirm the receipt"),
    "rate": ("Đánh giá", "Rate"),
    "withdraw": ("Rút hồ sơ", "Withdraw"),
    "request-withdrawal": ("Đề nghị rút hồ sơ", "Ask to withdraw"),
    "grant-withdrawal": ("Đồng ý cho rút hồ sơ", "Let it be withdrawn"),
    "extend": ("Gia hạn, xin lỗi", "Extend, with an apology"),
    "transfer": ("Chuyển cơ quan khác", "Transfer to another agency"),
    "stop": ("Dừng giải quyết", "Stop processing"),
    "refuse-withdrawal": ("Không đồng ý cho rút hồ sơ", "Refuse the withdrawal"),
}

RESULT_NAME: Name = ("Kết quả", "The result")

TIMING_NAMES: Mapping[Timing, Name] = {
    Timing.EARLY: ("trước hạn", "early"),
    Timing.ON_TIME: ("đúng hạn", "on time"),
    Timing.LATE: ("quá hạn", "late"),
}

CHANNEL_NAMES: Mapping[str, Name] = {
    "in-person": ("tại quầy", "at the counter"),
    "post": ("qua bưu chính", "by post"),
}

URGENCY_NAMES: Mapping[Urgency, Name] = {
    Urgency.HALF: ("đã dùng 50 % thời gian của bước", "half of the step's time is used up"),
    Urgency.MOST: ("đã dùng 80 % thời gian của bước", "80 % of the step's time is used up"),
    Urgency.LATE: ("bước đã quá hạn", "the step is late"),
}

RETURN_NAMES: Mapping[ReturnBy, Name] = {
    ReturnBy.ONLINE: ("trực tuyến", "online"),
    ReturnBy.IN_PERSON: ("tại bộ phận một cửa", "at the one-stop desk"),
    ReturnBy.POST: ("qua bưu điện", "by post"),
}
