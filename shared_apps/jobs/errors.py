"""What can go wrong with jobs. None of it is shown to people: all but the last are programming errors.

UnknownTask          the dotted path leads to no task of ours
InvalidArguments     the keyword arguments are not JSON or not what the task takes
TenantUnavailable    the task's tenant is not active, so the task must not run
BrokerDown           the broker did not take the message in time
"""


class UnknownTask(LookupError):
    """Raised when a dotted path does not lead to a TenantTask or PublicTask."""


class InvalidArguments(TypeError):
    """Raised when a task's keyword arguments cannot be written as JSON, or the task does not take them."""


class TenantUnavailable(RuntimeError):
    """Raised when a task is about to run for a tenant that is not active. `is_gone`: it never will be again."""

    def __init__(self, schema: str, reason: str, *, is_gone: bool) -> None:
        super().__init__(f"{schema or 'no tenant'}: {reason}")
        self.is_gone = is_gone


class BrokerDown(RuntimeError):
    """Raised when messages could not be published."""
