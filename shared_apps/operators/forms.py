"""What operators are asked before something changes."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget


class ReasonForm(forms.Form):
    """Why; kept in the log and, for a suspension, shown to operators."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class DeletionForm(ReasonForm):
    """The address, typed by hand, so that nobody deletes the workspace beside the one they meant."""

    slug = forms.CharField(
        label=_("Address of the workspace"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
