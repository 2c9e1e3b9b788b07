"""The form of a provider's row: one field for each setting, in plain words; what is kept is the JSON that `describe` accepts."""

import os
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from ai.models import AIProvider
from ai.providers.described import CAPABILITIES, DEFAULT_KEYS, KNOWN, WrongConfig, describe
from courses.models import Course

FEATURES = (
    ("coach", _("the coach beside a course")),
    ("mentor", _("the mentor")),
    ("planning", _("plans and practice")),
    ("transcript", _("reports on recordings")),
)
ABILITIES = {"text": _("text"), "images": _("images"), "json": _("answers as data (JSON)"), "tools": _("tools")}
TIMEOUTS: dict[str, Any] = {
    "connect": _("Seconds to connect"),
    "first_token": _("Seconds to the first word"),
    "between_tokens": _("Seconds of silence between two words"),
    "total": _("Seconds for the whole answer"),
}
TYPE_WORDS: dict[str, "str | Promise"] = {
    "openai": _("OpenAI: make a key under platform.openai.com, API keys."),
    "claude": _("Claude: make a key under console.anthropic.com, API keys."),
    "gemini": _("Gemini: make a key under aistudio.google.com, Get API key."),
    "mistral": _("Mistral: make a key under console.mistral.ai, API keys."),
    "ollama": _("Ollama: runs on a machine of your own, without a key. Name its address when it is not this machine."),
    "compatible": _("Another server: vLLM, llama.cpp, LM Studio, a gateway. Name its address, and a key if it wants one."),
}


def type_words() -> SafeString:
    """What each type needs, and in which variable its key is looked for."""
    rows = (
        (words, format_html(" <code>{}</code>", DEFAULT_KEYS[kind]) if kind in DEFAULT_KEYS else "")
        for kind, words in TYPE_WORDS.items()
    )
    return format_html_join("", "{}{}<br>", rows)


class ProviderForm(forms.ModelForm):
    """Refuses what `describe` refuses, each fault at its field."""

    model = forms.CharField(
        label=_("Model"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As the vendor writes it, such as gpt-4.1. Its price is looked up by this name."),
    )
    base_url = forms.CharField(
        label=_("Address"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Empty for the vendor's own. Other hosts than the vendors' and this machine need PROVIDER_HOSTS."),
    )
    key = forms.CharField(
        label=_("Variable of the key"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The name of the environment variable that holds the key; empty for the vendor's usual one. Never the key."),
    )
    features = forms.MultipleChoiceField(
        label=_("Only for"),
        choices=FEATURES,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: for everything."),
    )
    courses = forms.ModelMultipleChoiceField(
        Course.objects.order_by("title"),
        label=_("Only in these courses"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text=_("None chosen: in all. There it is asked before providers that serve every course."),
    )
    context_length = forms.IntegerField(
        label=_("Length of context, in tokens"),
        min_value=0,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Longer requests go to the next provider. Empty: not known."),
    )
    capabilities = forms.MultipleChoiceField(
        label=_("Can do"),
        choices=[(name, ABILITIES[name]) for name in CAPABILITIES],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    hedge_after_ms = forms.IntegerField(
        label=_("Ask a second one after, in ms"),
        min_value=0,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("When the first word is later than this, the next provider is asked too. Costs a little more. Empty: never."),
    )

    class Meta:
        model = AIProvider
        fields = ("name", "type", "enabled", "priority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = self.instance.config if isinstance(self.instance.config, dict) else {}
        for name in TIMEOUTS:
            self.fields[f"timeout_{name}"].initial = (config.get("timeouts") or {}).get(name)
        for name in KNOWN & set(self.fields):
            self.fields[name].initial = config.get(name)
        kinds = [choice for choice in AIProvider.Type.choices if choice[0] != AIProvider.Type.EXTRACTIVE]
        self.fields["type"].choices = kinds  # type: ignore[attr-defined]
        self.fields["type"].help_text = type_words()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "model" not in cleaned or "type" not in cleaned:
            return cleaned
        config = self._config(cleaned)
        try:
            describe(cleaned["type"], config)
        except WrongConfig as wrong:
            self.add_error(wrong.part if wrong.part in self.fields else None, wrong.message)
        self.instance.config = config
        return cleaned

    def _config(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        timeouts = {name: cleaned.get(f"timeout_{name}") for name in TIMEOUTS}
        said = {
            "model": cleaned["model"].strip(),
            "base_url": cleaned.get("base_url", "").strip(),
            "key": cleaned.get("key", "").strip(),
            "features": cleaned.get("features"),
            "courses": [str(course.pk) for course in cleaned.get("courses") or ()],
            "context_length": cleaned.get("context_length"),
            "capabilities": cleaned.get("capabilities"),
            "hedge_after_ms": cleaned.get("hedge_after_ms"),
            "timeouts": {name: seconds for name, seconds in timeouts.items() if seconds},
        }
        return {name: value for name, value in said.items() if value}


def _seconds(label: Any) -> forms.FloatField:
    hint = _("Empty: as everywhere here.")
    return forms.FloatField(
        label=label, min_value=0.1, max_value=600, required=False, widget=UnfoldAdminDecimalFieldWidget, help_text=hint
    )


for _name, _label in TIMEOUTS.items():
    ProviderForm.base_fields[f"timeout_{_name}"] = _seconds(_label)
    ProviderForm.declared_fields[f"timeout_{_name}"] = ProviderForm.base_fields[f"timeout_{_name}"]


def key_words(row: AIProvider) -> str:
    """Where the key of a row is looked for, and whether it is there; never the key."""
    try:
        said = describe(row.type, row.config)
    except WrongConfig as wrong:
        return wrong.message
    if not said.key:
        return str(_("It needs no key."))
    is_there = bool(os.environ.get(said.key))
    words = _("%(name)s is set on this server.") if is_there else _("%(name)s is not set on this server: it is not asked.")
    return str(words) % {"name": said.key}
