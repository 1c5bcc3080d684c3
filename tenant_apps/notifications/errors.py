"""What can go wrong with a message.

DomainError
├── AddressUnusable       422  not an e-mail address
└── AttachmentsTooLarge   422
DeliveryProblem           between the gateway and the service
├── DeliveryPostponed     nothing was sent; another try makes sense
├── DeliveryRefused       nothing was sent; another try would be refused as well
└── DeliveryUncertain     the connection broke while sending: it may have arrived
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class AddressUnusable(DomainError):
    code = "address_unusable"
    status = 422
    message = _("“%(address)s” is not an e-mail address.")
    data = ("address",)


class AttachmentsTooLarge(DomainError):
    code = "attachments_too_large"
    status = 422
    message = _("The attached files are too large to be sent by e-mail.")


class DeliveryProblem(Exception):
    """The base of what a delivery can end with other than success."""


class DeliveryPostponed(DeliveryProblem):
    """Raised when nothing was sent and another try makes sense."""


class DeliveryRefused(DeliveryProblem):
    """Raised when nothing was sent and another try would be refused as well."""


class DeliveryUncertain(DeliveryProblem):
    """Raised when the connection broke while the message was being sent."""
