"""Forms with numbers that people type: full-width digits and letters of a Japanese keyboard count as what they mean."""

from __future__ import annotations

import unicodedata

from allauth.account.forms import ConfirmEmailVerificationCodeForm, ConfirmLoginCodeForm, SignupForm
from allauth.core import context
from allauth.idp.oidc.forms import ConfirmCodeForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache

from talentbank.console.templatetags.words import speaks_english

SPENT_SECONDS = 120
"""Longer than a number of an authenticator app is taken, so that none counts twice."""


class TypedField(forms.CharField):
    """A code as somebody typed it, in the letters and digits that it was made of."""

    def to_python(self, value: object) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip().upper()


def typed_field(ja: str, en: str, *, numeric: bool) -> TypedField:
    attributes = {
        "autocomplete": "one-time-code",
        "class": "code",
        "autocapitalize": "characters",
        "spellcheck": "false",
    }
    if numeric:
        attributes["inputmode"] = "numeric"
    return TypedField(label=en if speaks_english() else ja, widget=forms.TextInput(attributes), max_length=40)


class OnceMixin:
    """Refuses a number of the authenticator app that was taken already.

    allauth 65.21 remembers it for one period, yet takes it for three (`MFA_TOTP_TOLERANCE`).
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        found: Authenticator = self.authenticator  # type: ignore[attr-defined]
        digits = "".join(filter(str.isdigit, code))
        if found.type == Authenticator.Type.TOTP and not cache.add(f"totp:{found.pk}:{digits}", 1, SPENT_SECONDS):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceMixin, AuthenticateForm):  # type: ignore[misc]
    """The number of the authenticator app, or a recovery code, at sign-in."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = typed_field("確認の番号", "Code", numeric=True)


class CodeAgainForm(OnceMixin, ReauthenticateForm):  # type: ignore[misc]
    """The same before something weighty."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = typed_field("確認の番号", "Code", numeric=True)


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first number that the app shows, as proof that it was set up."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = typed_field("アプリに出た6けたの番号", "The six digits in the app", numeric=True)


class SignUpForm(SignupForm):  # type: ignore[misc]
    """An e-mail address alone; who wants a password sets one afterwards."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"]  # not by the setting: without it allauth's sign-in asks for no password either


class MailedCodeMixin:
    """The number that a mail brought; the link in the mail fills it in."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = typed_field("メールに書かれた番号", "The number in the mail", numeric=True)
        self.fields["code"].initial = context.request.GET.get("code", "")


class LoginCodeForm(MailedCodeMixin, ConfirmLoginCodeForm):  # type: ignore[misc]
    """The number that signs in."""


class AddressCodeForm(MailedCodeMixin, ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The number that proves an address, at sign-up and for one more address."""


class DeviceCodeForm(ConfirmCodeForm):  # type: ignore[misc]
    """The code that a device shows. `device_code` and `client` are known once it is valid."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = typed_field("画面に出ている番号", "The code on the screen", numeric=False)

    def clean_code(self) -> str:
        letters = "".join(each for each in self.cleaned_data["code"] if each.isalnum())
        self.cleaned_data["code"] = f"{letters[:4]}-{letters[4:]}"
        code: str = super().clean_code()
        return code
