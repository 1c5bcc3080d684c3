"""Shows the jobs that failed too often, and lets them run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shared_apps.jobs import selectors, services


class Command(BaseCommand):
    help = "List parked jobs with their last error. With ids, or --all, let them run again from their first attempt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, help="the numbers of the jobs to run again")
        parser.add_argument("--all", action="store_true", help="run all parked jobs again")

    def handle(self, *args: Any, **options: Any) -> None:
        parked = selectors.list_parked(limit=1000)
        for job in parked:
            self.stdout.write(f"{job.pk}  {job.tenant_schema}  {job.task}  {job.last_error.splitlines()[0]}")
        ids = [job.pk for job in parked] if options["all"] else options["ids"]
        if unknown := set(ids) - {job.pk for job in parked}:
            raise CommandError(f"Not parked: {', '.join(map(str, sorted(unknown)))}")
        for job_id in ids:
            services.retry_job(job_id=job_id, now=timezone.now())
        self.stdout.write(f"{len(parked)} parked, {len(ids)} will run again.")
