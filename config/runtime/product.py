"""What `make run` starts: the servers, the preparation, and the product's three processes."""

import contextlib
import errno
import hashlib
import http
import http.client
import json
import os
import secrets
import shutil
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from config.runtime.console import Console
from config.runtime.postgres import Postgres
from config.runtime.process import FolderLock, ProcessSpec, RuntimeProblem, server_account
from config.runtime.servers import server_folder
from config.runtime.supervisor import StopRequested, Supervisor
from config.runtime.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8000
SETTINGS_MODULE = "config.settings.local"
OLDEST_POSTGRES = 160_000  # the first with GRANT ... WITH INHERIT FALSE, SET TRUE


@dataclass(frozen=True)
class Options:
    """Where and how to run, as read from the environment."""

    port: int
    host: str | None
    data_dir: Path
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def read(cls, environment: dict[str, str]) -> "Options":
        """Read PORT, HOST and OFICIO_DATA_DIR. Raises RuntimeProblem for a port that is none."""
        text = environment.get("PORT") or str(DEFAULT_PORT)
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
            raise RuntimeProblem(f"PORT must be a number from 1 to 65535, not {text!r}.")
        port = int(text)
        # Every port has its own data, so that two can run side by side without sharing anything.
        default = ROOT / (".oficio" if port == DEFAULT_PORT else f".oficio-{port}")
        data_dir = Path(environment.get("OFICIO_DATA_DIR") or default).expanduser().absolute()
        return cls(port, environment.get("HOST") or None, data_dir, environment)

    @property
    def url(self) -> str:
        """Return the apex's address."""
        return f"http://{self.base_host}:{self.port}"

    @property
    def base_host(self) -> str:
        """Return the name that workspaces are subdomains of."""
        return self.environment.get("OFICIO_BASE_HOST") or "localhost"

    @property
    def addresses(self) -> list[str]:
        """Return the addresses to listen on: loopback in both families, as browsers try both for localhost."""
        if self.host:
            return [f"[{self.host}]" if ":" in self.host else self.host]
        return ["127.0.0.1", "[::1]"] if _has_ipv6_loopback() else ["127.0.0.1"]


def run(options: Options, console: Console, *, started_at: float) -> int:
    """Run the product until asked to stop; return the exit code. Raises RuntimeProblem."""
    lock = lock_data(options)
    servers: list[Postgres | Valkey] = []
    try:
        check_ports(options)
        with Supervisor(console) as supervisor:
            with contextlib.suppress(StopRequested):
                environment = application_environment(options)
                environment |= start_servers(options, environment, supervisor, servers)
                sign_ins = start_application(options, environment, supervisor)
                seconds = time.monotonic() - started_at
                console.plain(f"\n{sign_ins}\n")
                console.plain(
                    console.strong(f"Ready in {seconds:.1f} s: {options.url}") + "   (Ctrl-C stops everything)\n"
                )
                supervisor.watch()
            console.line("oficio", "stopping")
        console.line("oficio", "stopped; all data are kept")
    finally:
        for server in servers:
            server.close()
        lock.release()
    return 0


def reset(options: Options, *, confirmed: bool) -> int:
    """Delete the data folder after asking. Raises RuntimeProblem while Oficio runs on it."""
    servers = server_folder(options.data_dir, server_account())
    folders = {options.data_dir, servers}
    lock = lock_data(options)
    try:
        names = " and ".join(str(folder) for folder in sorted(folders))
        if not confirmed:
            print(f"This deletes every workspace, file and message kept in {names}.")
            if options.environment.get("DATABASE_URL"):
                print("The server named by DATABASE_URL is not touched.")
            try:
                answer = input("Type 'yes' to go on: ")
            except EOFError:
                answer = ""
            if answer.strip().lower() != "yes":
                print("Nothing was deleted.")
                return 1
        for kind in ("postgres", "valkey"):  # right after a kill -9 they may still be stopping
            if (servers / kind / "lock").exists():
                FolderLock(servers / kind / "lock").acquire(wait_seconds=20.0)
        for folder in folders:
            shutil.rmtree(folder)
        print(f"Deleted {names}. The next 'make run' starts over.")
    finally:
        lock.release()
    return 0


# --- Before anything starts -------------------------------------------------------------------
def lock_data(options: Options) -> FolderLock:
    """Take the data folder for ourselves. Raises RuntimeProblem that names the one who has it."""
    try:
        options.data_dir.mkdir(parents=True, exist_ok=True)
        # Uploads and e-mails are private. As root, the servers' account must still pass through to its own folder.
        options.data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
        lock = FolderLock(options.data_dir / "run.lock")
        ours = lock.acquire()
    except OSError as error:
        raise RuntimeProblem(
            f"The data folder {options.data_dir} cannot be written ({error.strerror}). "
            "Choose another one with OFICIO_DATA_DIR."
        ) from error
    if not ours:
        try:
            holder = json.loads(lock.read())
            running = (
                f"Oficio already runs at {holder['url']} (process {holder['pid']}) with the data in {options.data_dir}."
            )
        except (ValueError, KeyError, TypeError):
            running = f"Oficio already runs with the data in {options.data_dir}."
        other = options.port + 1
        raise RuntimeProblem(
            f"{running}\nStop it there with Ctrl-C, or start a second one with data of its own: PORT={other} make run"
        )
    lock.write(json.dumps({"pid": os.getpid(), "url": options.url}))
    return lock


def check_ports(options: Options) -> None:
    """Raise RuntimeProblem when somebody else listens on our port."""
    for address in options.addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address.strip("[]"), options.port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise RuntimeProblem(
                        f"Port {options.port} is used by another program. Choose another one: "
                        f"PORT={options.port + 1} make run (it gets data of its own)."
                    ) from error
                raise RuntimeProblem(f"Cannot listen on {address}:{options.port}: {error.strerror}.") from error


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


# --- Servers ----------------------------------------------------------------------------------
def start_servers(
    options: Options, environment: dict[str, str], supervisor: Supervisor, servers: list[Postgres | Valkey]
) -> dict[str, str]:
    """Start what no variable names, check what one does; return the variables with the addresses."""
    account = server_account()
    folder = server_folder(options.data_dir, account)
    postgres = None if environment.get("DATABASE_URL") else Postgres(folder / "postgres", account=account)
    valkey = None if environment.get("REDIS_URL") else Valkey(folder / "valkey", account=account)
    if postgres is None:
        check_database(environment["DATABASE_URL"])
    for server in (postgres, valkey):
        if server is not None:
            servers.append(server)
            server.prepare()
    supervisor.start([server.spec() for server in servers])
    addresses = {}
    if postgres is not None:
        postgres.ensure_database()
        addresses["DATABASE_URL"] = postgres.url()
    if valkey is not None:
        addresses["REDIS_URL"] = valkey.url()
    return addresses


def check_database(url: str) -> None:
    """Raise RuntimeProblem when the server that DATABASE_URL names cannot be used."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.Error as error:
        raise RuntimeProblem(f"DATABASE_URL names a server that does not let us in: {str(error).strip()}") from error
    version = connection.server_version
    connection.close()
    if version < OLDEST_POSTGRES:
        raise RuntimeProblem(f"Oficio needs PostgreSQL 16 or newer; DATABASE_URL names version {version // 10_000}.")


# --- The application --------------------------------------------------------------------------
def application_environment(options: Options) -> dict[str, str]:
    """Return the variables for every process of the product; the servers' addresses come later."""
    ours = {
        "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
        "OFICIO_BASE_HOST": options.base_host,
        "OFICIO_PORT": str(options.port),
        "OFICIO_DATA_DIR": str(options.data_dir),
        "PYTHONUNBUFFERED": "1",
    }
    named = {name: value for name, value in options.environment.items() if value}
    return named | ours | {"SECRET_KEY": named.get("SECRET_KEY") or secret_key(options.data_dir)}


def secret_key(data_dir: Path) -> str:
    """Return the key kept in the data folder; made on first use, readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        draft = data_dir / "secret_key.draft"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        draft.rename(path)
    try:
        return path.read_text().strip()
    except PermissionError as error:
        raise RuntimeProblem(
            f"{path} belongs to another user. Start Oficio as that user, or choose another folder with OFICIO_DATA_DIR."
        ) from error


def start_application(options: Options, environment: dict[str, str], supervisor: Supervisor) -> str:
    """Prepare the data, start web, worker and scheduler, and return the list of sign-ins.

    When migrations and static files are those of the last successful start, the web process starts while the
    preparation still looks; otherwise it waits: it needs the tables, and it notes the size of each static file once,
    so one that is replaced later would be sent with a wrong Content-Length. Worker and scheduler come last: on two
    cores they would double the wait for the first page, and what they do can start a second later.
    """
    marker = options.data_dir / "prepared"
    fingerprint = sources_fingerprint(environment)
    is_warm = marker.exists() and marker.read_text() == fingerprint
    web = [web_spec(options, environment)]
    if is_warm:
        supervisor.launch(web)
    sign_ins = supervisor.run_to_end(prepare_spec(options, environment))
    if not is_warm:
        supervisor.launch(web)
    supervisor.wait_until_ready(supervisor.groups[-1])
    supervisor.launch([worker_spec(environment), scheduler_spec(environment)])
    marker.write_text(fingerprint)
    return sign_ins


def sources_fingerprint(environment: dict[str, str]) -> str:
    """Return a digest of what decides how tables and static files look, and of whose tables they are."""
    digest = hashlib.sha256(environment.get("DATABASE_URL", "").partition("?")[0].encode())
    patterns = ("tenants/migrations/*.py", "shared_apps/*/migrations/*.py", "tenant_apps/*/migrations/*.py")
    for path in sorted(path for pattern in (*patterns, "requirements/base.txt") for path in ROOT.glob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    folders = [ROOT / "static" / name for name in ("dist", "js", "vendor")]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        about = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {about.st_size} {about.st_mtime_ns}".encode())
    return digest.hexdigest()


def prepare_spec(options: Options, environment: dict[str, str]) -> ProcessSpec:
    """Return the process that migrates, fills the spare pool and makes the demo workspaces once."""
    argv = [sys.executable, "manage.py", "prepare", "--base-url", options.url]
    return ProcessSpec(name="prepare", argv=argv, env=environment, cwd=ROOT)


def web_spec(options: Options, environment: dict[str, str]) -> ProcessSpec:
    """Return the web server."""
    binds = [part for address in options.addresses for part in ("--bind", f"{address}:{options.port}")]
    argv = [sys.executable, "-m", "gunicorn", "--config", "python:config.runtime.gunicorn", *binds]
    return ProcessSpec(
        name="web",
        argv=[*argv, "config.wsgi:application"],
        env=environment,
        cwd=ROOT,
        ready=lambda: answers(options),
        hide=("GET /health/live",),
    )


def worker_spec(environment: dict[str, str]) -> ProcessSpec:
    """Return the worker. Threads: one process that has no children to lose. Production uses processes."""
    # Tasks come as JSON, so running as root is no more than on any machine of one's own.
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    argv = [sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--pool", "threads"]
    argv += ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return ProcessSpec(name="worker", argv=argv, env=environment, cwd=ROOT, hide=("Warm shutdown",))


def scheduler_spec(environment: dict[str, str]) -> ProcessSpec:
    """Return the scheduler."""
    return ProcessSpec(name="scheduler", argv=[sys.executable, "manage.py", "run_scheduler"], env=environment, cwd=ROOT)


def answers(options: Options) -> bool:
    """Tell whether the web process serves requests."""
    host = options.addresses[0].strip("[]")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (asks, does not bind)
    connection = http.client.HTTPConnection(host, options.port, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": f"{options.base_host}:{options.port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
