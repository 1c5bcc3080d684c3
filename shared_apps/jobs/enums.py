"""The states of a scheduled job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")  # for its time, or for its next try
    HANDED_OVER = "handed_over", _("Handed over")  # a message about it is in the broker; leased
    RUNNING = "running", _("Running")  # a worker has claimed it; leased
    PARKED = "parked", _("Parked")  # failed too often; a person must look
