"""The sole writers of accounts: people, passwords, sessions, handover codes, tokens."""

from .handover import issue_handover_code, redeem_handover_code
from .people import change_password, create_user, request_password_reset, reset_password, update_profile
from .sessions import end_other_sessions, end_session, forget_expired_sessions
from .tokens import TokenPair, issue_tokens, revoke_all_tokens, revoke_tokens, rotate_tokens

__all__ = [
    "TokenPair",
    "change_password",
    "create_user",
    "end_other_sessions",
    "end_session",
    "forget_expired_sessions",
    "issue_handover_code",
    "issue_tokens",
    "redeem_handover_code",
    "request_password_reset",
    "reset_password",
    "revoke_all_tokens",
    "revoke_tokens",
    "rotate_tokens",
    "update_profile",
]
