"""How often, at most: calls and seconds. TALENTBANK_LIMITS changes them; docs/operations.md says what each is about.

They stop programs that have gone wild and guesses at passwords. Nobody who works by hand meets them: a desk that types
in one registration a minute uses a fiftieth of `writes`.
"""

LIMITS = {
    "writes": (240, 60),
    "client-writes": (2_400, 60),
    "client-day": (100_000, 86_400),
    "tokens": (120, 60),
    "tokens-address": (600, 60),
    "anonymous-writes": (60, 60),
    "reads": (1_200, 60),
    "anonymous-reads": (600, 60),
    "sign-in-address": (60, 900),
    "sign-in-account": (10, 900),
    "sign-in-account-day": (40, 86_400),
    "sign-in-strangers": (1_000, 86_400),
}
