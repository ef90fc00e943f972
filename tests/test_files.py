"""Files are written whole, privately and only where a file may stand."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest

from equivariety.errors import InputError
from equivariety.files import replacing


def write(path, text="new"):
    with replacing(path) as temporary:
        temporary.write_text(text)


def test_links_stay_links_and_what_they_lead_to_stays(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "nowhere").symlink_to("absent")
    for name in ("link", "nowhere"):
        with pytest.raises(InputError, match=f"{name} is a link to (file|absent): name the file itself"):
            write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "nowhere"]


def test_pipes_and_sockets_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name in ("pipe", "socket"):
            with pytest.raises(InputError, match="is a device, a pipe or a socket, not a regular file"):
                write(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make the device that this test would lose")
def test_devices_are_refused(tmp_path):
    os.mknod(tmp_path / "device", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    with pytest.raises(InputError, match="is a device, a pipe or a socket, not a regular file"):
        write(tmp_path / "device")
    assert stat.S_ISCHR((tmp_path / "device").stat().st_mode)


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_names_of_folders_are_refused(name):
    with pytest.raises(InputError, match="is a folder, not the name of a file"):
        write(name)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_replaced_file_keeps_its_mode(tmp_path, mode):
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(mode)
    write(tmp_path / "file")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode
    assert (tmp_path / "file").read_text() == "new"


def test_a_new_file_has_the_mode_of_every_new_file(tmp_path):
    (tmp_path / "other").write_text("")
    write(tmp_path / "file")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_is_written_over_a_private_file_is_private_on_the_way(tmp_path):
    (tmp_path / "file").write_text("secret")
    (tmp_path / "file").chmod(0o600)
    with replacing(tmp_path / "file") as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        assert temporary.parent == tmp_path


def test_threads_that_write_to_one_path_do_not_meet(tmp_path):
    """Each thread holds its file open until all have one: with a shared name the texts would mix."""
    threads, names, failures = 8, set(), []
    barrier = threading.Barrier(threads)

    def run(number):
        try:
            with replacing(tmp_path / "file") as temporary:
                names.add(temporary)
                barrier.wait(timeout=60)
                temporary.write_text(f"{number}" * 10_000)
                barrier.wait(timeout=60)
        except BaseException as error:
            failures.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not failures
    assert len(names) == threads
    text = (tmp_path / "file").read_text()
    assert text == text[0] * 10_000
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


PROGRAM = """
import sys, time
from equivariety.files import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_terminated_process_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "file").write_text("old")
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "file")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    assert len(list(tmp_path.iterdir())) == 2
    started = time.monotonic()
    process.terminate()
    assert process.wait(timeout=60) == -signal.SIGTERM
    assert time.monotonic() - started < 50
    process.stdout.close()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]
