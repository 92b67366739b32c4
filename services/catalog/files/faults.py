"""What is wrong with a file, said so that whoever wrote it finds the place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.errors import FieldError, Invalid


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong: in which file, in which thing or line of it, in which field."""

    file: str
    subject: str
    field: str
    vi: str
    en: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.subject, self.field) if part)
        return f"{where}: {self.vi} {self.en}"


class FaultyFiles(Invalid):
    """Files that cannot be taken; nothing of them was."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        number = len(self.faults)
        super().__init__(
            "faulty-files",
            f"Có {number} lỗi trong các tệp danh mục; chưa nạp gì.",
            f"There are {number} faults in the catalogue's files; nothing was loaded.",
            fields=[FieldError(_path(it), "invalid", it.vi, it.en) for it in self.faults],
        )


def faults_of(file: str, subject: str, error: Invalid) -> list[Fault]:
    """Return the field errors of a refusal as faults of a file."""
    if not error.fields:
        return [Fault(file, subject, "", error.vi, error.en)]
    return [Fault(file, subject, it.field, it.vi, it.en) for it in error.fields]


def _path(fault: Fault) -> str:
    return "/".join(part for part in (fault.file, fault.subject, fault.field) if part)
