"""From where a call comes: what trusted proxies wrote counts, what a caller invents does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from talentbank.core.callers import address_key, client_address

PROXIES = ["10.0.0.0/8", "2001:db8:ffff::1"]
ADDRESSES = {
    "nothing in between": ("198.51.100.7", "", "198.51.100.7"),
    "an untrusted peer that claims": ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
    "one proxy": ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
    "a proxy that adds to what the caller invented": ("10.0.0.2", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
    "two proxies": ("10.0.0.2", "192.0.2.1, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
    "a proxy over IPv6": ("2001:db8:ffff::1", "203.0.113.9", "203.0.113.9"),
    "a proxy in IPv6's clothes": ("::ffff:10.0.0.2", "203.0.113.9", "203.0.113.9"),
    "a proxy that says nothing": ("10.0.0.2", "", "10.0.0.2"),
    "a proxy that says nonsense": ("10.0.0.2", "unknown", "10.0.0.2"),
    "nonsense before a proxy": ("10.0.0.2", "<script>, 203.0.113.9", "203.0.113.9"),
    "proxies alone": ("10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.4"),
    "no peer": ("", "203.0.113.9", ""),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_the_address_of_a_call(case: str, settings: Any) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    peer, forwarded, expected = ADDRESSES[case]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)) == expected


def test_all_of_a_subscribers_ipv6_network_is_one(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []

    def key(peer: str) -> str:
        return address_key(RequestFactory().get("/", REMOTE_ADDR=peer))

    assert key("2001:db8:1:2:3:4:5:6") == key("2001:db8:1:2::1") != key("2001:db8:1:3::1")
    assert key("198.51.100.7") != key("198.51.100.8")
