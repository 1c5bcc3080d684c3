"""How phone numbers are written: `{% load phones %}{{ client.phone|phone }}`."""

import phonenumbers
from django import template

from tenants.context import current_tenant

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """Write an E.164 number: in national form within the workspace's country, else in international form."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    is_home = phonenumbers.region_code_for_number(parsed) == current_tenant().country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
