"""The sole writers of sign-ups, and of what a new workspace starts with."""

from .demo import DemoWorkspace, list_demo, load_demo
from .opening import Opened, Waiting, delete_expired_sign_ups, refill_pool, resume_sign_up, sign_up
from .sectors import apply_sector

__all__ = [
    "DemoWorkspace",
    "Opened",
    "Waiting",
    "apply_sector",
    "delete_expired_sign_ups",
    "list_demo",
    "load_demo",
    "refill_pool",
    "resume_sign_up",
    "sign_up",
]
