"""What can go wrong in the operators' panel.

DomainError
├── AddressNotConfirmed   422  the typed address is not the workspace's
├── JobNotParked          409  the job runs, waits or is gone
└── (from tenants)        InvalidTransition
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class AddressNotConfirmed(DomainError):
    code = "address_not_confirmed"
    status = 422
    message = _("This is not the address of the workspace. Nothing was changed.")

    @property
    def fields(self) -> dict[str, list[str]]:
        return {"slug": [str(self)]}


class JobNotParked(DomainError):
    code = "job_not_parked"
    status = 409
    message = _("This job is not waiting for a person: it runs, waits for its time, or is gone.")
