"""How forms are drawn: each field with its label, help and error beside it."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """FORM_RENDERER of the project: `{{ form.name.as_field_group }}` and `{{ form }}` use our templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
