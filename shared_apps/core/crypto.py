"""Keys derived from the one secret that a deployment has."""

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def derive_key(purpose: str) -> bytes:
    """Return 32 bytes that depend on SECRET_KEY and the purpose only. Source: RFC 5869 (HKDF-SHA256)."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"oficio", info=purpose.encode()).derive(
        settings.SECRET_KEY.encode()
    )


def new_token() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal. The token has 256 random bits, so no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
