"""Make the demo workspaces."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shared_apps.billing import services as billing
from shared_apps.signup import services


class Command(BaseCommand):
    help = "Make the three demo workspaces and the operator that are missing. Their password is public: local use only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_PAGES:
            raise CommandError("The demo has a public password; it is for a machine of one's own.")
        billing.load_plans()
        made = services.load_demo(now=timezone.now())
        self.stdout.write(f"{made} demo workspace(s) made." if made else "The demo workspaces are there already.")
