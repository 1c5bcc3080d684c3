"""What operators do that is written down."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OperatorActionKind(models.TextChoices):
    SUSPEND = "suspend", _("Suspended a workspace")
    REACTIVATE = "reactivate", _("Reactivated a workspace")
    REQUEST_DELETION = "request_deletion", _("Requested the deletion of a workspace")
    RETRY_JOB = "retry_job", _("Let a failed job run again")
