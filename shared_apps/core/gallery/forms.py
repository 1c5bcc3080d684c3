"""A form with one field of each kind."""

from django import forms


class SampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As your clients know you.")
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput, help_text="At least 10 characters.")
    country = forms.ChoiceField(label="Country", choices=[("MX", "México"), ("CL", "Chile"), ("ES", "España")])
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    price = forms.DecimalField(label="Price", min_value=0, required=False)
    logo = forms.FileField(label="Logo", required=False)
    color = forms.CharField(label="Color", widget=forms.TextInput(attrs={"type": "color"}), initial="#0b5a66")
    language = forms.ChoiceField(
        label="Language", widget=forms.RadioSelect, choices=[("es", "Español"), ("en", "English")], initial="es"
    )
    days = forms.MultipleChoiceField(
        label="Days", widget=forms.CheckboxSelectMultiple, choices=[("1", "Monday"), ("2", "Tuesday")], required=False
    )
    reminders = forms.BooleanField(label="Send reminders by e-mail", required=False, help_text="One day before.")
