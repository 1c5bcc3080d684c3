"""Files in an S3-compatible store, a real HTTP endpoint on loopback: a folder a tenant, signed URLs, deletion."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from unittest import mock

import boto3
import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from moto.server import ThreadedMotoServer

from tenants.context import TenantSnapshot, tenant_context
from tenants.errors import NoTenantContext
from tenants.services import provisioning
from tenants.storage import TenantS3Storage

BUCKET = "oficio-test"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of botocore and moto, on newer Python


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def storage(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> TenantS3Storage:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    return TenantS3Storage(
        bucket_name=BUCKET,
        endpoint_url=endpoint,
        region_name="us-east-1",
        querystring_auth=True,
        querystring_expire=300,
        file_overwrite=False,
        default_acl="private",
    )


def keys(endpoint: str) -> list[str]:
    answer = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").list_objects_v2(Bucket=BUCKET)
    return [entry["Key"] for entry in answer.get("Contents", [])]


def test_files_of_two_tenants_are_apart(
    storage: TenantS3Storage, endpoint: str, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    with tenant_context(tenant):
        name = storage.save("branding/logo.txt", ContentFile(b"alfa"))
        assert name == "branding/logo.txt"
        with storage.open(name) as file:
            assert file.read() == b"alfa"
    with tenant_context(other_tenant):
        assert not storage.exists(name)
        with pytest.raises(FileNotFoundError):
            storage.open(name)
        storage.save(name, ContentFile(b"beta"))
        with pytest.raises(SuspiciousOperation):
            storage.open(f"../{tenant.schema}/branding/logo.txt")
    assert f"{tenant.schema}/branding/logo.txt" in keys(endpoint)
    assert f"{other_tenant.schema}/branding/logo.txt" in keys(endpoint)


def test_url_is_signed_and_short_lived(storage: TenantS3Storage, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        name = storage.save("a.txt", ContentFile(b"x"))
        url = storage.url(name)
    assert f"/{tenant.schema}/a" in url
    assert "Expires=" in url
    assert "Signature=" in url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"x"
    with pytest.raises((urllib.error.HTTPError, ValueError)):
        urllib.request.urlopen(url.replace(tenant.schema, "t_other"))


def test_nothing_works_outside_a_tenant(storage: TenantS3Storage) -> None:
    for call in (lambda: storage.exists("a"), lambda: storage.save("a", ContentFile(b"")), lambda: storage.url("a")):
        with pytest.raises(NoTenantContext):
            call()


def test_deleting_a_tenant_deletes_its_objects_only(
    storage: TenantS3Storage, endpoint: str, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    for each in (tenant, other_tenant):
        with tenant_context(each):
            storage.save("deep/folder/file.txt", ContentFile(b"x"))
    from tenants.selectors import get_tenant

    with mock.patch.object(provisioning, "default_storage", storage):
        provisioning._delete_files(get_tenant(tenant_id=tenant.id))
    left = keys(endpoint)
    assert [key for key in left if key.startswith(tenant.schema)] == []
    assert [key for key in left if key.startswith(other_tenant.schema)] != []
