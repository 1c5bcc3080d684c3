"""The pieces below the supervisor: locks that servers inherit, stale process numbers, private folders."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.runtime.postgres import recorded_pid, runs_postgres_on
from config.runtime.process import FolderLock, ProcessSpec, RuntimeProblem, make_private, socket_folder, spawn
from config.runtime.valkey import quoted


def test_lock_is_held_by_a_child_that_inherited_it(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    assert lock.acquire()
    argv = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = spawn(ProcessSpec(name="holder", argv=argv, env={}, cwd=tmp_path, inherit=(lock.fileno(),)))
    lock.release()

    other = FolderLock(tmp_path / "lock")
    assert not other.acquire()

    child.kill()
    child.wait()
    assert other.acquire(wait_seconds=5)
    other.release()


@pytest.mark.parametrize(
    ("content", "pid"),
    [("4711\n/data\n", 4711), ("-4711\n", 4711), ("", None), ("not a number\n", None), ("0\n", None)],
)
def test_recorded_pid_reads_the_first_line(tmp_path: Path, content: str, pid: int | None) -> None:
    (tmp_path / "postmaster.pid").write_text(content)
    assert recorded_pid(tmp_path / "postmaster.pid") == pid


def test_recorded_pid_without_file_is_none(tmp_path: Path) -> None:
    assert recorded_pid(tmp_path / "postmaster.pid") is None


def test_dead_foreign_and_zombie_processes_do_not_run_postgres(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert not runs_postgres_on(dead.pid, tmp_path)
    assert not runs_postgres_on(os.getpid(), tmp_path)

    zombie = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 10
    while psutil.Process(zombie.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not runs_postgres_on(zombie.pid, tmp_path)
    zombie.wait()


def test_process_named_postgres_counts_on_its_own_folder_only(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.symlink_to("/bin/sleep")
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    with subprocess.Popen([program, "60"], cwd=mine) as process:
        deadline = time.monotonic() + 10
        while psutil.Process(process.pid).name() != "postgres":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert runs_postgres_on(process.pid, mine)
        assert not runs_postgres_on(process.pid, other)
        process.send_signal(signal.SIGKILL)


def test_private_folder_is_closed_to_others_even_when_it_was_open(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    assert make_private(folder, None).stat().st_mode & 0o777 == 0o700


def test_file_in_place_of_private_folder_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(RuntimeProblem, match="should be a folder"):
        make_private(link, None)


def test_socket_folder_is_short_private_and_the_same_again(tmp_path: Path) -> None:
    key = tmp_path / ("very long " * 20)
    folder = socket_folder(key, None)
    try:
        assert len(os.fsencode(folder)) < 90
        assert folder.stat().st_mode & 0o777 == 0o700
        assert socket_folder(key, None) == folder
    finally:
        folder.rmdir()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/a b/c", '"/a b/c"'), ('/say "hi"', r'"/say \"hi\""'), ("back\\slash", r'"back\\slash"')],
)
def test_quoted_is_one_argument_of_valkey(text: str, expected: str) -> None:
    assert quoted(text) == expected
