"""Who a client says they are, and phone numbers. No Django."""

from dataclasses import dataclass

import phonenumbers


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """What a person types about themselves. `phone` as typed; it is stored as E.164."""

    name: str
    email: str = ""
    phone: str = ""


def normalize_phone(raw: str, *, country: str) -> str | None:
    """Return a phone number as E.164, or None when it is not one.

    Shapes: country is ISO 3166 alpha-2 and fills in the prefix of a number typed without one; "" asks for the +.
    Source: libphonenumber's `is_valid_number` (length and ranges per country).
    """
    try:
        number = phonenumbers.parse(raw, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
