"""Writing files so that nothing half-written is ever left under the final name."""

from __future__ import annotations

import os
import secrets
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from types import FrameType

from equivariety.errors import InputError


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[Path]:
    """A temporary file beside ``path`` to write to; it takes the final name when the block ends without an error.

    If the block fails or is interrupted, the temporary file is removed and what stood at ``path`` stays as it was; a
    file that is replaced keeps its mode. The temporary name is drawn at random for each call, so threads and processes
    that write to one path do not meet: the last one to finish wins. In the main thread the temporary file is removed
    when the process is asked to terminate, too.

    Raises
    ------
    InputError
        If the file cannot be written, or ``path`` is there and is no regular file: links, devices and pipes are
        refused instead of being replaced by a file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/result.txt") as temporary:
    ...         _ = temporary.write_text("done")
    ...     Path(f"{folder}/result.txt").read_text()
    'done'
    """
    final = Path(path)
    try:
        mode = _mode_to_keep(final)
        temporary = _created(final.parent, 0o600 if mode is not None else 0o666)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"{final} cannot be written: {_reason(error)}") from error
    try:
        with _removed_when_terminated(temporary):
            yield temporary
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, final)
    except OSError as error:
        raise InputError(f"{final} cannot be written: {_reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def require_regular(path: Path) -> os.stat_result:
    """Size, times and mode of the file at ``path``, which must be a regular one: no link, device, pipe or folder.

    Raises
    ------
    OSError
        If there is no file.
    InputError
        If it is of another kind.
    """
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise InputError(f"{path} is a link to {os.readlink(path)}: name the file itself")
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path} cannot be written: Is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is a device, a pipe or a socket, not a regular file")
    return found


def _mode_to_keep(final: Path) -> int | None:
    """The mode of the file that will be replaced; None if there is none yet, and the system decides."""
    if not final.name:
        raise InputError(f"{str(final)!r} is a folder, not the name of a file")
    try:
        return stat.S_IMODE(require_regular(final).st_mode)
    except FileNotFoundError:
        return None


def _created(folder: Path, mode: int) -> Path:
    """A new empty file under a name that nobody can foresee; the system lowers the mode as for every new file."""
    temporary = folder / f".equivariety-{secrets.token_hex(8)}.part"
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    return temporary


@contextmanager
def _removed_when_terminated(temporary: Path) -> Iterator[None]:
    """Remove the file before the process obeys a signal to terminate, unless the program handles that signal itself."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def obey(number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            temporary.unlink()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, obey)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
