"""`{% say "日本語" "English" %}`: both languages of a page side by side, where its words are."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def say(ja: str, en: str, **facts: object) -> str:
    """The sentence in the language of the page; `{names}` in it are filled from `facts`, which are escaped."""
    spoken = en if speaks_english() else ja
    return format_html(spoken, **facts) if facts else spoken


@register.simple_tag
def page_language() -> str:
    return "en" if speaks_english() else "ja"


@register.simple_tag
def line_offered() -> bool:
    """Whether our own pages offer sign-in with LINE: where the installation has a channel."""
    return bool(settings.LINE_CHANNEL_ID)


def speaks_english() -> bool:
    return (get_language() or "ja").startswith("en")
