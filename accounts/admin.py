"""People in Django admin, and what all admin pages share: rights follow the role, not Django's permissions."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, Permission
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import User
from accounts.rights import is_admin

admin.site.unregister(Group)  # rights follow the role
OF_EVERY_MODEL = r"^(add|change|delete|view)_"  # Django's own, which nobody asks for here


class RoleAdmin(ModelAdmin):
    """A model that admins may see and change."""

    list_per_page = 50
    show_full_result_count = False  # counting a large table costs more than it says

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)


class ReadOnlyAdmin(RoleAdmin):
    """A model that admins may look at: what people wrote, and what happened."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows below another one, to look at."""

    extra = 0
    can_delete = False
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class DeedField(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Permission) -> str:
        return obj.name


class AccountCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role", "is_staff")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class PersonAdmin(RoleAdmin, UserAdmin):
    """Accounts are closed (not active), never deleted here: erasing a person is a deed of its own."""

    form = UserChangeForm
    add_form = AccountCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "role", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("role", "is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "created_at")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "time_zone")}),
        (_("Rights"), {"fields": ("role", "is_staff", "is_active", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "is_staff", "usable_password", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Deeds that need a right of their own are given by those who have all rights."""
        given = () if request.user.is_superuser else ("user_permissions",)
        return (*self.readonly_fields, *given)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "user_permissions":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        deeds = Permission.objects.exclude(codename__regex=OF_EVERY_MODEL).order_by("name")
        return DeedField(deeds, required=False, widget=CheckboxSelectMultiple, label=_("May also"))
