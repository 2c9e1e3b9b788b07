"""What an admin may change of a trainer's coach: its words, its tone, whether it is shown, what was read from the trainer's
profile, and how much of the trainer is shared, which can only become less: what trainers share is theirs to widen.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from coach.models import Personalization
from coach.persona.forms import LISTS, InfoForm, checked_linkedin, info_as_text
from coach.persona.keeping import Wanted

LEVELS = Personalization.ShareLevel.values  # from the least to the most
INFO = ("headline", "about", *LISTS)  # fields of the form that stand in `trainer_info`


class ModeratedForm(InfoForm, forms.ModelForm):
    class Meta:
        model = Personalization
        fields = ("personalization_enabled", "coach_name", "greeting", "tone", "share_level", "linkedin_profile_url")
        widgets = {
            "greeting": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "linkedin_profile_url": UnfoldAdminTextInputWidget(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(info_as_text(self.instance.trainer_info))
        for name in INFO:
            field = self.fields[name]
            line, area = UnfoldAdminTextInputWidget, UnfoldAdminTextareaWidget
            field.widget = line() if name == "headline" else area(attrs={"rows": 3, "dir": "auto"})
            field.help_text = field.help_text or _("E-mail addresses, numbers and links are left out.")
        self.fields["about"].label = _("About the trainer")

    def clean_linkedin_profile_url(self) -> str | None:
        return checked_linkedin(self.cleaned_data["linkedin_profile_url"] or "") or None

    def clean_share_level(self) -> Any:
        wanted = self.cleaned_data["share_level"]
        if LEVELS.index(wanted) > LEVELS.index(self.initial["share_level"]):
            raise forms.ValidationError(_("Only the trainer may share more."), "wider")
        return wanted

    def wanted(self) -> Wanted:
        """The picture stays as it is."""
        good = self.cleaned_data
        return Wanted(
            enabled=good["personalization_enabled"],
            coach_name=good["coach_name"],
            tone=good["tone"],
            greeting=good["greeting"],
            share_level=good["share_level"],
            linkedin=good["linkedin_profile_url"] or "",
            info=self.profile(),
        )
