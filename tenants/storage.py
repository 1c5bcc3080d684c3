"""File storages that keep each tenant's files below a folder of its own."""

import os

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage
from storages.utils import safe_join

from .context import current


class TenantFileSystemStorage(FileSystemStorage):
    """Files below MEDIA_ROOT/<schema>/. The names that models store are free of the schema.

    Raises NoTenantContext outside a context, SuspiciousFileOperation for a name that leaves the folder.
    """

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.join(os.path.abspath(self.base_location), current().schema)


class TenantS3Storage(S3Storage):  # type: ignore[misc]
    """Objects below <bucket>/<schema>/, reached by short-lived signed URLs. Same errors as on a file system."""

    def _normalize_name(self, name: str) -> str:
        # Not the `location` setting: it is read once, when the storage is made, which may be outside any tenant.
        try:
            return safe_join(current().schema, name)
        except ValueError as error:
            raise SuspiciousFileOperation(f"{name!r} leaves the tenant's folder") from error
