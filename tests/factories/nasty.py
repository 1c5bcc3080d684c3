"""Texts that broke somebody's software."""

NASTY = {
    "unicode": "Zoë 🦷 漢字 ẞ İ ﷽ e\u0301",
    "right_to_left": "\u202eשלום \u2067مرحبا\u2069",
    "zero_width": "a\u200bb\u200dc\ufeff",
    "long": "ñ" * 10_240,
    "sql": "'; DROP TABLE appointments_appointment; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;",
    "template": "{{ 7*7 }}{% load x %}%(name)s%s{0}",
    "null": "a\x00b",
    "surrogate": "a\ud800b",
    "control": "a\x01\x08\x1b[31mb",
    "lines": "one\r\ntwo\nthree\ttab",
    "blank": "   ",
}
