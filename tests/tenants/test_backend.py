"""The database wrapper follows the context, and fails closed."""

import asyncio
import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import psycopg2
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.core.signals import request_finished
from django.db import DatabaseError, OperationalError, ProgrammingError, connection, transaction

from tenants.backend.base import DatabaseWrapper
from tenants.context import PUBLIC, TenantSnapshot, current, public_context, tenant_context
from tenants.errors import NoTenantContext, UnsafeTenantCall
from tests.factories.tenants import make


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        user, schema = cursor.fetchone()
    assert schema == (user if user.startswith("t_") else "public")
    return user


def test_query_outside_a_context_is_refused(db: None) -> None:
    with pytest.raises(NoTenantContext):
        Group.objects.count()
    with pytest.raises(NoTenantContext), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_role_follows_the_context_both_ways(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    with public_context():
        login = role()
    with tenant_context(tenant):
        assert role() == tenant.schema
        with tenant_context(other_tenant):
            assert role() == other_tenant.schema
        with public_context():
            assert role() == login
        assert role() == tenant.schema


def test_nothing_is_sent_when_the_connection_serves_the_tenant_already(tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        role()
        before = connection.role_switches
        for _ in range(5):
            role()
            Group.objects.count()
    with tenant_context(tenant):
        role()
    assert connection.role_switches == before


def test_cursor_opened_for_one_tenant_serves_the_context_it_executes_in(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (tenant.schema,)
        with tenant_context(other_tenant):
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (other_tenant.schema,)


def test_server_side_cursor_serves_its_tenant(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    for each in (tenant, other_tenant):
        with tenant_context(each):
            Group.objects.create(name=each.schema)
    with tenant_context(tenant):
        assert [group.name for group in Group.objects.iterator(chunk_size=1)] == [tenant.schema]


def test_failed_switch_fails_the_statement_and_is_tried_again(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(tenant):
        Group.objects.create(name="alfa only")

    def fail(cursor: object, sql: str) -> None:
        raise psycopg2.OperationalError("injected")

    with tenant_context(other_tenant):
        with monkeypatch.context() as patch:
            patch.setattr(DatabaseWrapper, "_send_role", staticmethod(fail))
            with pytest.raises(OperationalError, match="injected"):
                Group.objects.count()
            with pytest.raises(OperationalError, match="injected"):
                Group.objects.create(name="must land nowhere")
        assert role() == other_tenant.schema
        assert Group.objects.count() == 0
    with tenant_context(tenant):
        assert list(Group.objects.values_list("name", flat=True)) == ["alfa only"]


def test_switch_to_a_role_that_is_gone_fails(tenant: TenantSnapshot) -> None:
    with tenant_context(replace(tenant, schema="t_gone")), pytest.raises(DatabaseError, match="t_gone"):
        with transaction.atomic():
            Group.objects.count()
    with tenant_context(tenant):
        assert role() == tenant.schema


def test_savepoint_rollback_does_not_leave_the_inner_tenant(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with tenant_context(tenant), transaction.atomic():
        assert role() == tenant.schema
        with pytest.raises(ZeroDivisionError), transaction.atomic(), tenant_context(other_tenant):
            assert role() == other_tenant.schema
            raise ZeroDivisionError
        assert role() == tenant.schema
        with tenant_context(other_tenant):
            assert role() == other_tenant.schema


def test_savepoint_rollback_of_the_first_switch(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    """PostgreSQL undoes the switch with the savepoint; the wrapper must not believe that it still holds."""
    with tenant_context(other_tenant), transaction.atomic():
        role()
        with tenant_context(tenant):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                assert role() == tenant.schema
                raise ZeroDivisionError
            assert role() == tenant.schema


def test_rollback_does_not_leave_the_inner_tenant(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, committed_db: None
) -> None:
    with tenant_context(tenant):
        role()
        with tenant_context(other_tenant), pytest.raises(ZeroDivisionError), transaction.atomic():
            assert role() == other_tenant.schema
            raise ZeroDivisionError
        with tenant_context(other_tenant):
            assert role() == other_tenant.schema
        assert role() == tenant.schema


def test_aborted_transaction_runs_nothing_on_the_former_tenant(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with tenant_context(tenant), transaction.atomic():
        savepoint = transaction.savepoint()
        with connection.cursor() as cursor:
            with pytest.raises(ProgrammingError):
                cursor.execute("SELECT * FROM no_such_table")
            with tenant_context(other_tenant), pytest.raises(DatabaseError, match="aborted"):
                cursor.execute("SELECT current_user")
        transaction.savepoint_rollback(savepoint)
        with tenant_context(other_tenant):
            assert role() == other_tenant.schema
        assert role() == tenant.schema


def test_reopened_connection_serves_the_context(tenant: TenantSnapshot, committed_db: None) -> None:
    with tenant_context(tenant):
        assert role() == tenant.schema
        connection.close()
        assert role() == tenant.schema
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
    killer = psycopg2.connect(**connection.get_connection_params())
    killer.autocommit = True
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    killer.close()
    with tenant_context(tenant):
        with pytest.raises(OperationalError):
            role()
        connection.close_if_unusable_or_obsolete()
        assert role() == tenant.schema


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM {other}.auth_group",
        "SELECT * FROM public.tenants_tenant",
        "SELECT * FROM tenants_tenant",
        "SELECT * FROM public.accounts_user",
        "INSERT INTO {other}.auth_group (name) VALUES ('x')",
        "DELETE FROM public.django_content_type",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "DROP TABLE auth_group",
    ],
)
def test_tenant_role_reaches_its_own_tables_only(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, sql: str
) -> None:
    with tenant_context(tenant), pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(other=other_tenant.schema))
    with tenant_context(tenant):
        assert Group.objects.count() == 0


@pytest.fixture
def plain_login(committed_db: None) -> Iterator[str]:
    """A login as web processes have it in production: no superuser, NOINHERIT, granted the tenant roles."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE plain_app LOGIN NOINHERIT PASSWORD 'plain'")
    yield "plain_app"
    with public_context(), connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY plain_app")
        cursor.execute("DROP ROLE plain_app")


def test_plain_login_switches_by_grant_only(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, plain_login: str
) -> None:
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f'GRANT "{tenant.schema}" TO {plain_login} WITH INHERIT FALSE, SET TRUE')
    params = connection.get_connection_params() | {"user": plain_login, "password": "plain"}
    login = psycopg2.connect(**params)
    login.autocommit = True
    try:
        with login.cursor() as cursor:
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f'SELECT * FROM "{tenant.schema}".auth_group')
            cursor.execute(f'SET ROLE "{tenant.schema}"')
            cursor.execute("SELECT count(*) FROM auth_group")
            assert cursor.fetchone() == (0,)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f'SET ROLE "{other_tenant.schema}"')
    finally:
        login.close()


def test_connection_closes_after_too_many_tenants(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, committed_db: None, settings: object
) -> None:
    settings.TENANT_ROLES_PER_CONNECTION = 1  # type: ignore[attr-defined]
    connection.close()
    with tenant_context(tenant):
        role()
    request_finished.send(sender=None)
    assert connection.connection is not None
    with tenant_context(other_tenant):
        role()
        with transaction.atomic():
            role()
            connection.close_if_unusable_or_obsolete()
            assert connection.connection is not None, "never inside a transaction"
    request_finished.send(sender=None)
    assert connection.connection is None
    with tenant_context(tenant):
        assert role() == tenant.schema


def test_library_ways_to_switch_are_refused(tenant: TenantSnapshot) -> None:
    from tenants.selectors import get_tenant

    row = get_tenant(tenant_id=tenant.id)
    with pytest.raises(UnsafeTenantCall), row:
        pass
    with pytest.raises(UnsafeTenantCall):
        row.activate()
    with pytest.raises(UnsafeTenantCall):
        connection.set_tenant(row)
    with pytest.raises(UnsafeTenantCall):
        connection.set_schema_to_public()


def test_threads_start_outside_every_context(tenant: TenantSnapshot) -> None:
    seen: list[object] = []

    def look() -> None:
        try:
            seen.append(current())
        except NoTenantContext as error:
            seen.append(type(error))

    with tenant_context(tenant):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [NoTenantContext]


@pytest.fixture
def twenty(committed_db: None) -> list[TenantSnapshot]:
    """Twenty workspaces, each holding one group that is named after its schema."""
    snapshots = []
    for number in range(20):
        with public_context():
            snapshots.append(make(slug=f"fuzz-{number:02}").snapshot())
        with tenant_context(snapshots[-1]):
            Group.objects.create(name=snapshots[-1].schema)
    return snapshots


def _visit(snapshot: TenantSnapshot, chance: random.Random) -> list[str]:
    """Work in a tenant in one of several ways, some of which fail on purpose; return what was seen of it."""
    with tenant_context(snapshot):
        way = chance.randrange(5)
        if way == 0:
            try:
                with transaction.atomic():
                    Group.objects.create(name="rolled back")
                    raise ZeroDivisionError
            except ZeroDivisionError:
                pass
        elif way == 1:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT * FROM no_such_table")
            except ProgrammingError:
                pass
        elif way == 2:
            with transaction.atomic():
                with public_context():
                    assert current() is PUBLIC
                    Group.objects.count()
                try:
                    with transaction.atomic():
                        Group.objects.create(name="undone")
                        raise ZeroDivisionError
                except ZeroDivisionError:
                    pass
                return list(Group.objects.values_list("name", flat=True))
        elif way == 3:
            connection.close()
        return list(Group.objects.values_list("name", flat=True))


def test_thread_fuzz_sees_only_its_own_rows(twenty: list[TenantSnapshot]) -> None:
    wrong: list[object] = []
    visits = 0
    lock = threading.Lock()

    def work(seed: int) -> None:
        nonlocal visits
        chance = random.Random(seed)
        try:
            for _ in range(100):
                snapshot = chance.choice(twenty)
                seen = _visit(snapshot, chance)
                with lock:
                    visits += 1
                    if seen != [snapshot.schema]:
                        wrong.append((snapshot.schema, seen))
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert visits == 800


def test_async_fuzz_sees_only_its_own_rows(twenty: list[TenantSnapshot]) -> None:
    """Many coroutines share one database thread; each call enters its own context."""

    async def work(seed: int) -> list[tuple[str, list[str]]]:
        chance = random.Random(seed)
        answers = []
        for _ in range(20):
            snapshot = chance.choice(twenty)
            answers.append((snapshot.schema, await sync_to_async(_visit)(snapshot, chance)))
            await asyncio.sleep(0)
        return answers

    async def everything() -> list[list[tuple[str, list[str]]]]:
        try:
            return await asyncio.gather(*(work(seed) for seed in range(30)))
        finally:
            await sync_to_async(lambda: connection.close())()  # the proxy resolves per thread

    answers = [answer for one in asyncio.run(everything()) for answer in one]
    assert len(answers) == 600
    assert [(schema, seen) for schema, seen in answers if seen != [schema]] == []


def test_async_context_reaches_the_database_thread(twenty: list[TenantSnapshot]) -> None:
    """A context entered around an awaited call is copied into the thread that runs it."""

    async def ask(snapshot: TenantSnapshot) -> str:
        with tenant_context(snapshot):
            await asyncio.sleep(0)
            return await sync_to_async(role)()

    async def everything() -> list[str]:
        try:
            return await asyncio.gather(*(ask(snapshot) for snapshot in twenty))
        finally:
            await sync_to_async(lambda: connection.close())()  # the proxy resolves per thread

    assert asyncio.run(everything()) == [snapshot.schema for snapshot in twenty]
