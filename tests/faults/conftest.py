"""One stack for all fault tests of a process; each test starts what it needs and finds the servers up."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.runtime.process import server_account, short_temporary_folder
from tests.faults.stack import Stack


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    servers = Path(tempfile.mkdtemp(prefix="oficio-faults-", dir=short_temporary_folder(server_account())))
    stack = Stack(servers, tmp_path_factory.mktemp("faults"))
    try:
        stack.begin()
        yield stack
    finally:
        stack.end()
        shutil.rmtree(servers, ignore_errors=True)


@pytest.fixture
def stack(running_stack: Stack) -> Iterator[Stack]:
    """Return the stack with both servers up; web, worker and scheduler run if an earlier test started them."""
    yield running_stack
    running_stack.start_postgres()
    running_stack.start_valkey()
