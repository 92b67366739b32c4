"""The `motcua` command: turns a refusal into one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.errors import DomainError


def main() -> None:
    """Run the command line. Exits 0, 1 (refused, or found wrong), 130 (interrupted), or 2.

    2: it could not be done or not ended, because something was wrongly given or set up, or because
    a server is away or late. The same command may be given again then.
    """
    # said once in docs/decisions, not at every start
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    if sys.argv[1:2] == ["run"]:
        # before the command line's own libraries: they could not be made cooperative any more
        from kernel.runner import patch

        patch()

    from kernel.config import ConfigError
    from kernel.errors import DomainError, Unavailable
    from motcua.cli import app

    try:
        app()
    except ConfigError as error:
        _end(2, *error.faults)
    except DomainError as error:
        code = 2 if isinstance(error, Unavailable) else 1
        _end(code, error.vi if _in_vietnamese() else error.en, *_fields(error))
    except KeyboardInterrupt:
        _end(130)


def _fields(error: DomainError) -> list[str]:
    vietnamese = _in_vietnamese()
    return [f"{item.field}: {item.vi if vietnamese else item.en}" for item in error.fields]


def _in_vietnamese() -> bool:
    return (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("vi")


def _end(code: int, *sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201 (this is the command line)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
