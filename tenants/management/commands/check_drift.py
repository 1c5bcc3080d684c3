"""Compare tenants' schemas with one migrated from zero."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.context import public_context
from tenants.models import Tenant
from tenants.schemas.drift import expected_facts, find_drift
from tenants.schemas.plan import target_version
from tenants.selectors import LIVE


class Command(BaseCommand):
    help = "Compare the catalogue of tenants' schemas with that of a schema migrated from zero."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--schema", action="append", help="only this schema; may be given several times")
        parser.add_argument("--sample", type=int, help="only so many schemas, chosen at random")

    def handle(self, *args: Any, **options: Any) -> None:
        with public_context():
            tenants = Tenant.objects.filter(status__in=LIVE, schema_version=target_version())
            if options["schema"]:
                tenants = tenants.filter(schema_name__in=options["schema"])
            if options["sample"]:
                tenants = tenants.order_by("?")[: options["sample"]]
            schemas = list(tenants.values_list("schema_name", flat=True))
        expected = expected_facts()
        drifted = 0
        for schema in schemas:
            drift = find_drift(schema, expected)
            if drift:
                drifted += 1
                self.stderr.write(f"{schema} differs:")
                for line in drift.missing:
                    self.stderr.write(f"  lacks  {line}")
                for line in drift.unexpected:
                    self.stderr.write(f"  has    {line}")
        if drifted:
            raise CommandError(f"{drifted} of {len(schemas)} schemas differ.", returncode=1)
        self.stdout.write(f"{len(schemas)} schemas are as the migrations say.")
