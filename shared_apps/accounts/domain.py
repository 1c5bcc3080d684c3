"""Plain rules about people: how an address is written, what a device is called."""

import unicodedata


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared: NFKC, lower case, without spaces around it.

    No provider in use tells upper from lower case, and people do not remember which one they typed.
    """
    return unicodedata.normalize("NFKC", email).strip().lower()
