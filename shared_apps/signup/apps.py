"""Sign-up: from a visitor on the apex to the owner of a workspace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REFILL_SECONDS = 60
CLEANING_SECONDS = 600


class SignupConfig(AppConfig):
    name = "shared_apps.signup"
    label = "signup"
    verbose_name = _("Sign-up")

    def ready(self) -> None:
        from shared_apps.jobs import services as jobs

        jobs.register_periodic("refill_pool", "shared_apps.signup.tasks.refill_pool", REFILL_SECONDS)
        jobs.register_periodic(
            "delete_expired_sign_ups", "shared_apps.signup.tasks.delete_expired_sign_ups", CLEANING_SECONDS
        )
