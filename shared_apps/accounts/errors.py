"""What can go wrong with accounts.

DomainError
├── EmailTaken            409  somebody in this workspace has this e-mail
├── WrongCredentials      401  e-mail and password do not match an active person
├── WrongPassword         422  the current password, asked before a change, is another
├── RoleNotAllowed        422  operators belong to the platform, everyone else to a workspace
├── HandoverCodeInvalid   410  unknown, used, expired or made for another host
├── ResetLinkInvalid      410  unknown, used or expired
├── TokenInvalid          401  a JWT that does not verify here, or is spent
└── SessionNotFound       404
"""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    message = _("Someone is already registered with this e-mail address.")

    @property
    def fields(self) -> dict[str, list[str]]:
        return {"email": [str(self)]}


class WrongCredentials(DomainError):
    code = "wrong_credentials"
    status = 401
    message = _("The e-mail address or the password is not right.")


class WrongPassword(DomainError):
    code = "wrong_password"
    status = 422
    message = _("This is not your current password.")

    @property
    def fields(self) -> dict[str, list[str]]:
        return {"current_password": [str(self)]}


class RoleNotAllowed(DomainError):
    code = "role_not_allowed"
    status = 422
    message = _("This role does not exist here.")


class HandoverCodeInvalid(DomainError):
    code = "handover_code_invalid"
    status = 410
    message = _("This sign-in link has expired or was already used.")


class ResetLinkInvalid(DomainError):
    code = "reset_link_invalid"
    status = 410
    message = _("This link has expired or was already used. Ask for a new one.")


class TokenInvalid(DomainError):
    code = "token_invalid"
    status = 401
    message = _("The token is not valid or has expired.")


class SessionNotFound(DomainError):
    code = "session_not_found"
    status = 404
    message = _("This session has already ended.")


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    message = _("This Idempotency-Key was already used for another request.")
