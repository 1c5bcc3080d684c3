"""Texts that people and machines send and that must never break a page."""

NASTY = (
    "Ñandú Çağrı Łukasz 日本語 한국어 ไทย",
    "مرحبا بالعالم \u202ereversed\u202c",
    "👩🏽‍⚕️🦷" * 20,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE appointments_appointment; --",
    "{{ 7|add:7 }}{% debug %}",
    "%(name)s %s {0} ${x}",
    "null\x00byte",
    "\x07bell\x1b[31m",
    "z\u0335\u0321a\u0335lgo" * 30,
    "x" * 10_000,
    " \t\n ",
    "../../etc/passwd",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "=1+1",
    "a\r\nBcc: x@example.com",
)
