"""Check digits of Japanese public numbers."""

from __future__ import annotations


def corporate_check_digit(base: str) -> int:
    """Return the leading check digit of a 法人番号 from its 12 base digits.

    9 − (Σ P_n·Q_n mod 9), P_n the n-th digit from the right, Q_n 1 for odd n and 2 for even n.
    Source: 法人番号の指定等に関する省令 §2 (財務省令, 2014).
    """
    total = sum(int(digit) * (1 if n % 2 else 2) for n, digit in enumerate(reversed(base), start=1))
    return 9 - total % 9


def is_corporate_number(text: str) -> bool:
    """Tell whether `text` is 13 ASCII digits with a right check digit."""
    return len(text) == 13 and text.isascii() and text.isdecimal() and int(text[0]) == corporate_check_digit(text[1:])


def municipality_check_digit(base: str) -> int:
    """Return the sixth digit of a 全国地方公共団体コード from its first five.

    (11 − Σ digit·weight mod 11) mod 10 with weights 6, 5, 4, 3, 2; a sum below 11 is subtracted from 11 as it is.
    Source: 総務省 全国地方公共団体コード仕様 (JIS X 0401, 0402).
    """
    total = sum(int(digit) * weight for digit, weight in zip(base, (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10 if total >= 11 else 11 - total


def is_municipality_code(text: str) -> bool:
    """Tell whether `text` is 6 ASCII digits with a right check digit."""
    return len(text) == 6 and text.isascii() and text.isdecimal() and int(text[5]) == municipality_check_digit(text[:5])
