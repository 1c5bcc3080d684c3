"""Rules about addresses and names of tenants; plain Python."""

import base64
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

SLUG_MIN, SLUG_MAX = 3, 40
_SLUG: Final = re.compile(r"^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){2,39}$")
RESERVED_SLUGS: Final = frozenset(
    """
    www api app apps admin operators operator panel portal static media assets cdn mail email smtp imap pop ftp ssh
    blog docs help ayuda soporte support status health auth login signup register registro account accounts billing
    pagos cobros payment payments webhook webhooks dev test staging root oficio public localhost ns1 ns2
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)


def is_valid_slug(slug: str) -> bool:
    """Tell whether a text may be an address: 3–40 of a–z, 0–9 and single hyphens, from a letter, not reserved."""
    return bool(_SLUG.match(slug)) and slug not in RESERVED_SLUGS


def slug_from_name(name: str) -> str:
    """Return an address made from a business name, possibly too short or empty: “Clínica Ñandú” → clinica-nandu."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")
    slug = slug.lstrip("0123456789-")
    return slug[:SLUG_MAX].rstrip("-")


def suggest_slugs(*, name: str, sector: str, city: str = "") -> Iterator[str]:
    """Yield valid addresses for a business, best first, without end. The caller keeps those that are free."""
    base = slug_from_name(name) or slug_from_name(sector) or "espacio"
    candidates = [base]
    for tail in (slug_from_name(sector), slug_from_name(city)):
        if tail and tail not in base:
            candidates.append(f"{base[: SLUG_MAX - len(tail) - 1].rstrip('-')}-{tail}")
    number = 2
    while True:
        yield from (candidate for candidate in candidates if is_valid_slug(candidate))
        candidates = [f"{base[: SLUG_MAX - 6].rstrip('-')}-{number}"]
        number += 1


def first_free(candidates: Iterator[str], taken: Collection[str]) -> str:
    """Return the first candidate that nobody has."""
    return next(candidate for candidate in candidates if candidate not in taken)


def new_schema_name() -> str:
    """Return an opaque name for a schema and its role: `t_` and 16 base32 characters (80 random bits)."""
    return "t_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()
