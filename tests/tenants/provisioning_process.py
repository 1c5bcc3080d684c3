"""Builds a tenant up to just before its commit, prints its id and waits to be killed."""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

django.setup()

from django.db import connection  # noqa: E402

from tenants import services  # noqa: E402
from tenants.context import public_context  # noqa: E402
from tenants.services import provisioning  # noqa: E402

connection.settings_dict["NAME"] = sys.argv[1]
create = provisioning.create_schema


def create_and_wait(schema: str) -> str:
    version = create(schema)
    print(tenant.pk, flush=True)
    time.sleep(60)
    return version


with public_context():
    tenant = services.request_tenant()
    provisioning.create_schema = create_and_wait
    services.provision_tenant(tenant_id=tenant.pk)
