"""The shapes of a trainer's settings, and of a profile to be read."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from coach.models import Personalization
from coach.persona.extracting import ABOUT, HEADLINE, ITEM, LARGEST_FILE, MOST_ITEMS, MOST_TEXT, Profile
from coach.persona.keeping import Wanted
from coach.persona.picturing import LARGEST
from coach.persona_models import ADDRESS_LIMIT, GREETING_LIMIT, NAME_LIMIT

LISTS = ("expertise", "experience", "education", "languages")


def few_lines(text: str) -> None:
    """Raises ValidationError when there are too many lines, or one is too long: what is kept would be cut without a word."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ITEMS:
        counts = {"most": MOST_ITEMS, "count": len(lines)}
        raise forms.ValidationError(_("At most %(most)d lines; there are %(count)d."), "too_many", counts)
    for line in lines:
        if len(line) > ITEM:
            told = {"most": str(ITEM), "begin": line[:40]}
            raise forms.ValidationError(_("At most %(most)s characters in a line: “%(begin)s …”"), "too_long", told)


def _lines(label: Any) -> forms.CharField:
    area, help_text = forms.Textarea(attrs={"rows": 3, "dir": "auto"}), _("One on each line.")
    return forms.CharField(label=label, required=False, validators=[few_lines], widget=area, help_text=help_text)


class InfoForm(forms.Form):
    """What is known of a trainer's career, as its trainer and an admin correct it."""

    headline = forms.CharField(label=_("In one line"), required=False, max_length=HEADLINE)
    expertise = _lines(_("Fields of work"))
    about = forms.CharField(
        label=_("About you"), required=False, max_length=ABOUT, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    experience = _lines(_("Experience"))
    education = _lines(_("Education"))
    languages = _lines(_("Languages"))

    def profile(self) -> Profile:
        """Of a form that is valid."""
        good = self.cleaned_data
        lists = {name: tuple(good[name].splitlines()) for name in LISTS}
        return Profile(headline=good["headline"], about=good["about"].replace("\r\n", "\n"), **lists)


class PersonaForm(InfoForm):
    field_order = ("enabled", "coach_name", "picture", "no_picture", "greeting", "tone", "share_level")

    enabled = forms.BooleanField(label=_("Show my coach to learners"), required=False)
    coach_name = forms.CharField(label=_("Name of the coach"), required=False, max_length=NAME_LIMIT)
    picture = forms.FileField(label=_("Picture"), required=False, help_text=_("JPEG, PNG or WebP up to 5 MB; it is cut square."))
    no_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    greeting = forms.CharField(
        label=_("Greeting"), required=False, max_length=GREETING_LIMIT, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Shown where a conversation begins."),
    )  # fmt: skip
    tone = forms.ChoiceField(label=_("Tone"), choices=Personalization.Tone.choices, help_text=_("For answers by a model."))
    share_level = forms.ChoiceField(
        label=_("Learners may see"), choices=Personalization.ShareLevel.choices, widget=forms.RadioSelect,
        help_text=_("What is not shared is kept from learners, from programs and from the language model alike."),
    )  # fmt: skip
    linkedin = forms.CharField(
        label=_("LinkedIn address"),
        required=False,
        max_length=ADDRESS_LIMIT,
        help_text=_("Shown as a link; nothing is fetched from it."),
    )

    def clean_picture(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["picture"]
        if file and (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("The picture may have 5 MB."), "too_large")
        return file

    def clean_linkedin(self) -> str:
        return checked_linkedin(str(self.cleaned_data["linkedin"]))

    def wanted(self) -> Wanted:
        good = self.cleaned_data
        file: UploadedFile | None = good["picture"]
        return Wanted(
            enabled=good["enabled"],
            coach_name=good["coach_name"],
            tone=good["tone"],
            greeting=good["greeting"],
            share_level=good["share_level"],
            linkedin=good["linkedin"],
            info=self.profile(),
            picture=file.read() if file else b"" if good.get("no_picture") else None,
        )


class ProfileForm(forms.Form):
    text = forms.CharField(
        label=_("Text of your profile or CV"), required=False, max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("Plain text, or the archive of your data that LinkedIn gives you (.zip, .csv)."),
    )

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("The file may have 5 MB."), "too_large")
        return file

    def clean(self) -> dict[str, Any]:
        good = super().clean() or {}
        if not self.errors and not good.get("text") and not good.get("file"):
            raise forms.ValidationError(_("Paste a text, or choose a file."), "empty")
        return good


def checked_linkedin(address: str) -> str:
    """An address at LinkedIn over https, or nothing. Raises ValidationError."""
    address = address.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        parts = urlsplit("")
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not (host == "linkedin.com" or host.endswith(".linkedin.com")) or "@" in parts.netloc:
        raise forms.ValidationError(_("An address at https://www.linkedin.com/."), "linkedin")
    return parts.geturl()


def initial_of(row: Personalization | None) -> dict[str, Any]:
    if row is None:
        return {"enabled": True, "tone": "plain", "share_level": "name_only"}
    return {
        "enabled": row.personalization_enabled,
        "coach_name": row.coach_name,
        "greeting": row.greeting,
        "tone": row.tone,
        "share_level": row.share_level,
        "linkedin": row.linkedin_profile_url or "",
        **info_as_text(row.trainer_info),
    }


def info_as_text(info: dict[str, Any]) -> dict[str, str]:
    lists = {name: "\n".join(str(item) for item in info.get(name) or ()) for name in LISTS}
    return {"headline": str(info.get("headline") or ""), "about": str(info.get("about") or ""), **lists}
