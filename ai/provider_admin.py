"""Providers of models in Django admin: how they do, their order, their settings, and a test of the connection.

The test speaks to a network, so it stands outside the site's wrapper, which keeps a transaction open: it checks the person by
itself, and each of its trips to the database is short. Every deed is a form that works without script.
"""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import number_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display

from accounts.admin import RoleAdmin
from accounts.models import User
from accounts.rights import is_admin
from ai import arranging, connecting, recording
from ai.connecting import Seen
from ai.models import AIProvider
from ai.provider_forms import TIMEOUTS, ProviderForm, key_words
from ai.providers import configured
from ai.providers.breaker import states
from ai.providers.reasons import in_words

BREAKER_COLOURS = {"closed": "success", "open": "danger", "half_open": "warning"}
HEALTH_COLOURS = {"healthy": "success", "failing": "danger", "not_connected": "warning", "unknown": "info"}
DONE = "admin:ai_aiprovider_changelist"
BUTTON = (
    '<button type="submit" formmethod="post" formaction="{}" title="{}" aria-label="{}" '
    'class="border border-base-200 cursor-pointer font-medium px-2 py-1 rounded-default dark:border-base-700">{}</button>'
)


@admin.register(AIProvider)
class AIProviderAdmin(RoleAdmin):
    form = ProviderForm
    list_display = ("shown_name", "health", "breaker", "latency", "requests", "cost", "place", "on_off", "test")
    list_display_links = ("shown_name",)
    list_per_page = 100
    ordering = ()
    actions = None
    change_form_outer_before_template = "admin/ai/aiprovider/test.html"
    list_before_template = "admin/ai/aiprovider/explained.html"
    readonly_fields = ("key_found", "how_it_does", "so_far")

    def get_queryset(self, request: HttpRequest) -> Any:
        return AIProvider.objects.in_order()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Says, too, which model the settings put before the rows."""
        self.states = states(configured.identities(AIProvider.objects.all()))
        quick = f"{settings.LLM_NAME} ({settings.LLM_MODEL})" if settings.LLM_MODEL else ""
        return super().changelist_view(request, {**(extra_context or {}), "of_settings": quick})

    def get_fieldsets(self, request: HttpRequest, obj: AIProvider | None = None) -> Any:
        if obj and obj.is_last_resort:
            return ((None, {"fields": ("name", "how_it_does", "so_far")}),)
        timeouts = [f"timeout_{name}" for name in TIMEOUTS]
        connection = (_("Connection"), {"fields": ("type", "name", "model", "base_url", "key", *(["key_found"] if obj else []))})
        return (
            connection,
            (_("When it is asked"), {"fields": ("enabled", "priority", "features", "courses", "capabilities", "context_length")}),
            (_("Patience"), {"fields": (*timeouts, "hedge_after_ms")}),
            *([(_("So far"), {"fields": ("how_it_does", "so_far")})] if obj else []),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", *self.readonly_fields) if obj and obj.is_last_resort else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request) and not (obj and obj.is_last_resort)

    def save_model(self, request: HttpRequest, obj: AIProvider, form: Any, change: bool) -> None:
        obj.health_status, obj.health_detail, obj.health_ms = AIProvider.Health.UNKNOWN, "", None
        names = ("name", "type", "enabled", "priority", "config", "updated_at", "health_status", "health_detail", "health_ms")
        obj.save(update_fields=names) if change else obj.save()
        configured.forget()

    def delete_model(self, request: HttpRequest, obj: AIProvider) -> None:
        super().delete_model(request, obj)
        configured.forget()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/up/", wrap(self.up), name="ai_aiprovider_up"),
            path("<uuid:pk>/down/", wrap(self.down), name="ai_aiprovider_down"),
            path("<uuid:pk>/switch/", wrap(self.switch), name="ai_aiprovider_switch"),
            path("<uuid:pk>/test/", self.test_now, name="ai_aiprovider_test"),
        ]
        return own + super().get_urls()

    @method_decorator(require_POST)
    def up(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return self._moved(request, pk, arranging.move(pk, -1))

    @method_decorator(require_POST)
    def down(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return self._moved(request, pk, arranging.move(pk, 1))

    @method_decorator(require_POST)
    def switch(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        row = arranging.switch(pk)
        if row:
            words = _("%(name)s is asked from now on.") if row.enabled else _("%(name)s is not asked any more.")
            messages.success(request, words % {"name": row.name})
        return self._moved(request, pk, bool(row), "enabled")

    @method_decorator(require_POST)
    def test_now(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """Outside the wrapper: no transaction is open while the vendor speaks."""
        if not request.user.is_authenticated:
            return redirect_to_login(reverse(DONE))
        if not is_admin(request):
            raise Http404
        try:
            seen = connecting.test_connection(pk, asked_by=request.user.pk)
        except AIProvider.DoesNotExist:
            raise Http404 from None
        messages.add_message(request, messages.ERROR if seen.kind else messages.SUCCESS, test_words(seen))
        return redirect("admin:ai_aiprovider_change", pk) if "form" in request.GET else redirect(DONE)

    def _moved(self, request: HttpRequest, pk: UUID, is_done: bool, part: str = "priority") -> HttpResponseBase:
        if is_done:
            recording.note(cast(User, request.user), AIProvider.objects.get(pk=pk), recording.CHANGE, part)
            configured.forget()
        return redirect(DONE)

    @display(description=gettext_lazy("provider"), header=True)
    def shown_name(self, row: AIProvider) -> list[str]:
        return [row.name, _("the course's own sentences") if row.is_last_resort else str(row.config.get("model", ""))]

    @display(description=gettext_lazy("health"), label=HEALTH_COLOURS)
    def health(self, row: AIProvider) -> tuple[str, str]:
        if row.is_last_resort:
            return "healthy", _("Always there")
        if not row.enabled:
            return "off", _("Off")
        return row.health_status, row.get_health_status_display()

    @display(description=gettext_lazy("breaker"), label=BREAKER_COLOURS)
    def breaker(self, row: AIProvider) -> tuple[str, str] | None:
        """Whether it is left alone after failures, and for how long."""
        state = self.states.get(row.pk)
        if row.is_last_resort or not row.enabled or state is None:
            return None
        words = {"closed": _("Closed"), "half_open": _("Half-open: one request tries it")}
        return state.word, words.get(state.word) or _("Open until %(time)s") % {"time": _until(state.seconds)}

    @display(description=gettext_lazy("answers in"))
    def latency(self, row: AIProvider) -> str:
        return _("%(ms)s ms") % {"ms": number_format(row.health_ms)} if row.health_ms else "–"

    @display(description=gettext_lazy("requests"))
    def requests(self, row: AIProvider) -> str:
        return number_format(row.total_requests, force_grouping=True)

    @display(description=gettext_lazy("cost"))
    def cost(self, row: AIProvider) -> SafeString:
        return cost_words(row)

    @display(description=gettext_lazy("order"))
    def place(self, row: AIProvider) -> SafeString | str:
        if row.is_last_resort:
            return "–"
        up = _button("up", row, _("Ask %(name)s earlier"), "↑")
        return format_html('<span class="whitespace-nowrap">{} {}</span>', up, _button("down", row, _("Ask %(name)s later"), "↓"))

    @display(description=gettext_lazy("asked"))
    def on_off(self, row: AIProvider) -> SafeString | str:
        if row.is_last_resort:
            return _("always")
        said = _("Switch %(name)s off") if row.enabled else _("Switch %(name)s on")
        return _button("switch", row, said, _("on") if row.enabled else _("off"))

    @display(description=gettext_lazy("connection"))
    def test(self, row: AIProvider) -> SafeString | str:
        return "–" if row.is_last_resort else _button("test", row, _("Test the connection of %(name)s"), _("Test"))

    @display(description=gettext_lazy("key"))
    def key_found(self, row: AIProvider) -> str:
        return key_words(row)

    @display(description=gettext_lazy("how it does"))
    def how_it_does(self, row: AIProvider) -> str:
        words = str(row.get_health_status_display())
        return f"{words}: {in_words(row.health_detail)}" if row.health_detail else words

    @display(description=gettext_lazy("requests and cost"))
    def so_far(self, row: AIProvider) -> SafeString:
        count = ngettext("%(count)s request", "%(count)s requests", row.total_requests)
        return format_html("{}, {}", count % {"count": number_format(row.total_requests, force_grouping=True)}, cost_words(row))


def _until(seconds: int) -> str:
    """The time of day in the reader's zone."""
    return time_format(timezone.localtime(timezone.now() + timedelta(seconds=seconds)), "H:i:s")


def _button(deed: str, row: AIProvider, said: str, text: str) -> SafeString:
    said = said % {"name": row.name}
    return format_html(BUTTON, reverse(f"admin:ai_aiprovider_{deed}", args=[row.pk]), said, said, text)


def dollars(amount: Any) -> str:
    """`$0.0123`: four places, because a request costs less than a cent."""
    return f"${number_format(amount, 4, force_grouping=True)}"


def cost_words(row: AIProvider) -> SafeString:
    """The cost where it is known, and of how many requests it is not."""
    if not row.unpriced_requests:
        return format_html("{}", dollars(row.total_cost))
    unknown = ngettext("%(count)s of unknown price", "%(count)s of unknown price", row.unpriced_requests)
    return format_html("{} + {}", dollars(row.total_cost), unknown % {"count": number_format(row.unpriced_requests)})


def test_words(seen: Seen) -> str:
    """What a test of the connection showed."""
    if seen.kind:
        return f"{_('Not connected.') if seen.kind == 'not_connected' else _('The test failed.')} {in_words(seen.kind)}"
    price = _("of unknown price") if seen.cost is None else dollars(seen.cost)
    words = _("It answers. Model %(model)s, first word after %(first)s ms, whole answer after %(total)s ms, cost %(cost)s.")
    return words % {"model": seen.model, "first": seen.first_token_ms or 0, "total": seen.total_ms or 0, "cost": price}
