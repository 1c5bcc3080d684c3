"""What can go wrong with plans and subscriptions.

DomainError
└── PlanNotOffered        409  no such plan, or it is no longer offered
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class PlanNotOffered(DomainError):
    code = "plan_not_offered"
    status = 409
    message = _("The plan “%(plan)s” is not offered.")
    data = ("plan",)
