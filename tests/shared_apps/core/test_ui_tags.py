from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

WORKSPACE = SimpleNamespace(timezone="America/Mexico_City", country="MX")
MOMENT = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
NASTY = '<script>alert("x")</script>'


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_icon_without_label_is_hidden_with_label_is_an_image():
    assert 'aria-hidden="true"' in render('{% icon "calendar" "icon-sm" %}')
    labelled = render('{% icon "lock" label=label %}', label=NASTY)
    assert 'role="img"' in labelled
    assert "<script" not in labelled


def test_money_is_tabular():
    assert ">$12.990<" in render("{% money amount 'CLP' %}", amount=Decimal(12990))


def test_local_time_is_in_the_workspaces_zone():
    with translation.override("es"):
        html = render('{% local_time moment "time" %}', moment=MOMENT, workspace=WORKSPACE)
    assert html == '<time datetime="2026-11-20T21:30:00+00:00">3:30 p.m.</time>'


def test_local_time_of_nothing_is_nothing():
    assert render("{% local_time moment %}", moment=None, workspace=WORKSPACE) == ""


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Mexico_City", ""),
        ("America/Costa_Rica", ""),
        ("Europe/Madrid", "10:30 p.m. · Península y Baleares (Madrid)"),
    ],
)
def test_visitor_time_only_when_the_clock_differs(zone, expected):
    with translation.override("es"):
        html = render(
            '{% visitor_time moment "time" %}', moment=MOMENT, workspace=WORKSPACE, visitor_timezone=ZoneInfo(zone)
        )
    assert expected in html
    assert bool(html) == bool(expected)


@pytest.mark.parametrize("status", ["pending", "confirmed", "arrived", "completed", "no_show", "cancelled"])
def test_status_badge_is_icon_and_word(status):
    html = render("{% status_badge status %}", status=status)
    assert "<use href=" in html
    assert '<span class="badge-word"></span>' not in html


def test_status_badge_unknown_status_is_its_own_word():
    assert "strange" in render("{% status_badge status %}", status="strange")


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana María Restrepo", "AR"), ("íñigo", "Í"), ("Dra. Mariana Castillo", "MC"), ("", "?"), ("✂️ ☎", "?")],
)
def test_avatar_initials(name, letters):
    assert f">{letters}<" in render("{% avatar name %}", name=name)


def test_card_escapes_what_it_is_given():
    html = render("{% card title=title %}{{ title }}{% endcard %}", title=NASTY)
    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in html


def test_field_ties_help_and_error_to_the_control():
    class Sample(forms.Form):
        name = forms.CharField(label="Name", help_text="As clients know you.")

    html = Sample({})["name"].as_field_group()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_password_field_has_its_show_button():
    class Sample(forms.Form):
        secret = forms.CharField(widget=forms.PasswordInput)

    assert 'aria-controls="id_secret"' in Sample()["secret"].as_field_group()


def test_side_sheet_escapes_its_address():
    html = render('{% side_sheet id="s" title=title close_url=title %}x{% endside_sheet %}', title=NASTY)
    assert "<script" not in html
