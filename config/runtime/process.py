"""Child processes that never outlive their parent, and the unprivileged account that servers run under."""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
UNPRIVILEGED = "nobody"
# sockaddr_un holds 108 bytes; PostgreSQL appends "/.s.PGSQL.5432" to the folder.
LONGEST_SOCKET_FOLDER = 90

# Loaded once, here: importing or allocating between fork and exec is not safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class RuntimeProblem(Exception):
    """Something the person at the keyboard must read; shown without a traceback."""


@dataclass(frozen=True)
class Account:
    """The user that servers run under when we are root, since PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class ProcessSpec:
    """How to start one process, how to stop it, and how to see that it serves."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    account: Account | None = None
    stdin: bytes | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # What the kernel sends when the supervisor itself dies. Servers shut down cleanly, the rest just ends.
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 10.0
    before: Callable[[], None] = field(default=lambda: None)
    ready: Callable[[], bool] = field(default=lambda: True)
    ready_seconds: float = 60.0
    inherit: tuple[int, ...] = ()
    hide: tuple[str, ...] = ()


def server_account() -> Account | None:
    """Return the account for servers, or None when we are not root and simply stay who we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise RuntimeProblem(
            f"PostgreSQL does not run as root and this system has no user '{UNPRIVILEGED}' to run it under. "
            "Start Oficio as an ordinary user instead."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def die_with_parent(death_signal: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to signal this process when its parent ends (Linux only; elsewhere does nothing).

    Must run after any change of user, because that clears the request. Fork from a thread that lives as
    long as the process: the kernel takes the end of the forking *thread* for the end of the parent.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if parent is not None and os.getppid() != parent:  # it died before the request was in place
        os.kill(os.getpid(), death_signal)


def spawn(
    spec: ProcessSpec, *, stdout: int | IO[bytes] | None = None, stderr: int | IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, so that Ctrl-C reaches the supervisor alone."""
    spec.before()
    parent = os.getpid()
    account = spec.account
    child = subprocess.Popen(
        spec.argv,
        env=dict(spec.env),
        cwd=spec.cwd,
        stdin=subprocess.PIPE if spec.stdin is not None else subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,
        pass_fds=spec.inherit,
        # subprocess changes the user first and calls this last, as die_with_parent needs.
        preexec_fn=lambda: die_with_parent(spec.death_signal, parent=parent),
    )
    if spec.stdin is not None and child.stdin is not None:
        child.stdin.write(spec.stdin)
        child.stdin.close()
    return child


def run_quietly(spec: ProcessSpec) -> tuple[int, str]:
    """Run a short process to its end; return its exit code and everything it wrote."""
    child = spawn(spec, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, _ = child.communicate()
    return child.returncode, output.decode(errors="replace").strip()


def stop_together(
    running: Sequence[tuple[subprocess.Popen[bytes], ProcessSpec]],
    *,
    pause: Callable[[float], None] = time.sleep,
    hurry: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all the processes to stop at once, wait, and kill what is left of them and of their groups."""
    for child, spec in running:
        if child.poll() is None:
            child.send_signal(spec.stop_signal)
    asked_at = time.monotonic()
    for child, spec in running:
        while child.poll() is None and not hurry() and time.monotonic() - asked_at < spec.stop_seconds:
            pause(0.05)
        if child.poll() is None:
            child.kill()
        kill_group(child.pid)
        child.wait()


def kill_group(leader: int) -> None:
    """Kill whatever a process left behind in the group it led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def wait_until_ready(
    child: subprocess.Popen[bytes], spec: ProcessSpec, *, pause: Callable[[float], None] = time.sleep
) -> None:
    """Return once the process serves. Raises RuntimeProblem when it ends or takes too long."""
    deadline = time.monotonic() + spec.ready_seconds
    while not spec.ready():
        if child.poll() is not None:
            raise RuntimeProblem(f"{spec.name} ended while starting ({describe_end(child.returncode)}).")
        if time.monotonic() > deadline:
            raise RuntimeProblem(f"{spec.name} was not ready after {spec.ready_seconds:.0f} s.")
        pause(0.02)


def describe_end(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


# --- Folders and locks ----------------------------------------------------------------------
def can_reach(account: Account | None, *paths: Path) -> bool:
    """Tell whether the account can read (and, for folders and programs, enter or run) every path."""
    script = 'for path; do [ -r "$path" ] || exit 1; [ ! -d "$path" ] || [ -x "$path" ] || exit 1; done'
    return _as_account(account, script, *paths)


def can_enter(account: Account | None, folder: Path) -> bool:
    """Tell whether the account can pass through the folder; it need not be able to list it."""
    return _as_account(account, '[ -x "$1" ]', folder)


def _as_account(account: Account | None, script: str, *paths: Path) -> bool:
    outcome = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *map(str, paths)],
        cwd="/",
        check=False,
        capture_output=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return outcome.returncode == 0


def make_private(folder: Path, account: Account | None) -> Path:
    """Create the folder if needed, 0700 and owned by the account. Raises RuntimeProblem if it is someone else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = account.uid if account else os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise RuntimeProblem(f"{folder} should be a folder and is not.")
    if found.st_uid != owner:
        if not account:
            raise RuntimeProblem(
                f"{folder} belongs to user {found.st_uid}; we are user {owner}. Was Oficio started as root before? "
                "Give the folder back with chown, or choose another one with OFICIO_DATA_DIR."
            )
        if found.st_uid != 0:
            _give_to(folder, account)
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder


def _give_to(folder: Path, account: Account) -> None:
    """Hand a whole tree over: the data of an ordinary user that root now serves."""
    for base, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(os.path.join(base, name), account.uid, account.gid, follow_symlinks=False)


def short_temporary_folder(account: Account | None) -> Path:
    """Return the temporary folder, or /tmp when that is too long for a socket or closed to the account."""
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > LONGEST_SOCKET_FOLDER - 40 or not can_enter(account, base):
        return Path("/tmp")  # noqa: S108  (what we make there is 0700 and its owner is checked)
    return base


def socket_folder(key: Path, account: Account | None) -> Path:
    """Return a short private folder for sockets, the same one for the same key, so that a crash leaves no litter."""
    digest = hashlib.sha256(os.fsencode(key)).hexdigest()[:10]
    owner = account.uid if account else os.geteuid()
    base = short_temporary_folder(account)
    folder = base / f"oficio-{digest}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            folder = Path(tempfile.mkdtemp(prefix="oficio-", dir=base))
    return make_private(folder, account)


class FolderLock:
    """An exclusive lock on a folder that a child can inherit: it is held until the last holder has ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self, *, wait_seconds: float = 0.0) -> bool:
        """Take the lock, waiting at most so long; tell whether we have it."""
        file = open(self.path, "a+")  # noqa: SIM115  (closing it releases the lock)
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.close()
                    return False
                time.sleep(0.05)
            else:
                self._file = file
                return True

    def write(self, text: str) -> None:
        """Replace what the lock file says about its holder."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()

    def read(self) -> str:
        """Return what the holder wrote."""
        try:
            return self.path.read_text()
        except OSError:
            return ""

    def fileno(self) -> int:
        """Return the descriptor that a child inherits."""
        assert self._file is not None
        return self._file.fileno()

    def release(self) -> None:
        """Let go of our hold; a child that inherited it keeps its own."""
        if self._file is not None:
            self._file.close()
            self._file = None
