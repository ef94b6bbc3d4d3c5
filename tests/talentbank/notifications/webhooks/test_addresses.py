"""Nothing is sent to an address that is not the public internet's, however it is spelled, named or disguised."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from talentbank.notifications.webhooks.addresses import UrlRefused, is_allowed, require_registrable, resolved, target_of

PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "8.8.8.8", "100.63.255.255"]
SPECIAL = {
    "loopback": "127.0.0.1",
    "loopback, another": "127.255.255.254",
    "loopback, IPv6": "::1",
    "this host": "0.0.0.0",
    "this network": "0.1.2.3",
    "unspecified, IPv6": "::",
    "private 10": "10.0.0.1",
    "private 172.16": "172.16.0.1",
    "private 172.31": "172.31.255.255",
    "private 192.168": "192.168.1.1",
    "shared (CGNAT)": "100.64.0.1",
    "shared, the last": "100.127.255.255",
    "metadata of one cloud, in the shared range": "100.100.100.200",
    "link-local": "169.254.0.1",
    "metadata of most clouds": "169.254.169.254",
    "metadata in a public range": "168.63.129.16",
    "protocol assignments": "192.0.0.192",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "benchmarking": "198.18.0.1",
    "6to4 relay": "192.88.99.1",
    "multicast": "224.0.0.1",
    "multicast, the last": "239.255.255.255",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unique local, IPv6": "fc00::1",
    "unique local, IPv6, common": "fd12:3456:789a::1",
    "metadata, IPv6": "fd00:ec2::254",
    "link-local, IPv6": "fe80::1",
    "link-local with a zone": "fe80::1%1",
    "site-local, IPv6": "fec0::1",
    "multicast, IPv6": "ff02::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "mapped metadata": "::ffff:a9fe:a9fe",
    "compatible loopback": "::127.0.0.1",
    "translated loopback": "::ffff:0:127.0.0.1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "NAT64, local use": "64:ff9b:1::a00:1",
    "6to4 of loopback": "2002:7f00:1::",
    "6to4 of private": "2002:c0a8:101::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "documentation, IPv6": "2001:db8::1",
    "discard, IPv6": "100::1",
}
SPELLED = {
    "integer": "2130706433",
    "octal": "0177.0.0.1",
    "octal integer": "017700000001",
    "hexadecimal": "0x7f.0.0.1",
    "hexadecimal integer": "0x7f000001",
    "two parts": "127.1",
    "three parts": "127.0.1",
    "leading zeros": "127.000.000.001",
    "ends in a dot": "127.0.0.1.",
    "full width": "１２７.0.0.1",
    "circled": "①②⑦.⓪.⓪.①",
    "percent": "%31%32%37.0.0.1",
    "mapped in brackets": "[::ffff:127.0.0.1]",
    "zone in brackets": "[fe80::1%25eth0]",
    "name of this machine": "localhost",
    "under it": "hooks.localhost",
    "with a dot": "localhost.",
    "without a dot": "intranet",
    "multicast DNS": "printer.local",
    "of a cloud": "metadata.google.internal",
    "at home": "router.home.arpa",
    "empty": "",
    "only a dot": ".",
    "two dots": "a..example.jp",
}
MALFORMED = {
    "password": "https://user:secret@hooks.example.jp/",
    "name before an at sign": "https://hooks.example.jp@127.0.0.1/",
    "backslash": "https://hooks.example.jp\\@127.0.0.1/",
    "fragment": "https://hooks.example.jp/#x",
    "space": "https://hooks.example.jp/a b",
    "line feed": "https://hooks.example.jp/\r\nX-Injected: 1",
    "no scheme": "hooks.example.jp",
    "no host": "https:///hooks",
    "port 0": "https://hooks.example.jp:0/",
    "port too large": "https://hooks.example.jp:65536/",
    "too long": "https://hooks.example.jp/" + "a" * 500,
}


def resolving(monkeypatch, *addresses):
    """A resolver that knows one answer."""
    found = [
        (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443))
        for each in addresses
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def refusal(url, *, loopback=False):
    with pytest.raises(UrlRefused) as refused:
        resolved(target_of(url, loopback=loopback), loopback=loopback)
    return refused.value.code


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_sent_to(address, monkeypatch):
    resolving(monkeypatch, address)

    assert is_allowed(ipaddress.ip_address(address), loopback=False)
    assert resolved(target_of("https://hooks.example.jp/x", loopback=False), loopback=False) == [address]


@pytest.mark.parametrize("address", SPECIAL.values(), ids=SPECIAL.keys())
def test_a_name_that_resolves_to_a_special_address_is_refused(address, monkeypatch):
    resolving(monkeypatch, address)

    assert refusal("https://hooks.example.jp/x") == "webhook_address_refused"


@pytest.mark.parametrize("address", SPECIAL.values(), ids=SPECIAL.keys())
def test_a_special_address_written_out_is_refused_before_anything_is_asked(address, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)

    host = f"[{address}]" if ":" in address else address
    assert refusal(f"https://{host}/x") in {"webhook_address_refused", "webhook_url_malformed"}


@pytest.mark.parametrize("address", ["10.0.0.1", "::1", "64:ff9b::7f00:1"])
@pytest.mark.parametrize("first", [True, False])
def test_one_special_address_among_public_ones_is_enough(address, first, monkeypatch):
    both = [address, "93.184.216.34"] if first else ["93.184.216.34", address]
    resolving(monkeypatch, *both)

    assert refusal("https://hooks.example.jp/x") == "webhook_address_refused"


@pytest.mark.parametrize("host", SPELLED.values(), ids=SPELLED.keys())
def test_a_host_in_an_odd_spelling_is_refused_before_anything_is_asked(host, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)

    assert refusal(f"https://{host}/x") in {"webhook_address_refused", "webhook_url_malformed"}


@pytest.mark.parametrize("url", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_url_that_is_not_plain_is_refused(url):
    with pytest.raises(UrlRefused):
        target_of(url, loopback=False)


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher", "ws", "javascript"])
def test_only_https_is_sent_to(scheme):
    assert refusal(f"{scheme}://hooks.example.jp/x") == "webhook_url_not_https"


def test_a_name_that_nobody_knows_is_told_apart(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refusal("https://hooks.example.jp/x") == "unresolved"


def test_a_japanese_name_is_asked_for_in_its_ascii_form():
    target = target_of("https://人材.example.jp:8443/受信?a=1", loopback=False)

    assert (target.host, target.port, target.secure) == ("xn--gmq421d.example.jp", 8443, True)
    assert target.authority == "xn--gmq421d.example.jp:8443"
    assert target.path == "/%E5%8F%97%E4%BF%A1?a=1"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://[::1]/x", "http://localhost:9/x", "https://example.jp/"]
)
def test_on_ones_own_machine_an_endpoint_may_lie_in_the_clear(url):
    require_registrable(url, loopback=True)


def test_no_endpoint_elsewhere_is_kept_in_the_clear():
    with pytest.raises(UrlRefused) as refused:
        require_registrable("http://hooks.example.jp/x", loopback=True)
    assert refused.value.code == "webhook_url_not_https"


def test_one_may_try_on_ones_own_machine_where_the_setting_allows_it_and_nowhere_else():
    assert resolved(target_of("http://127.0.0.1:9/x", loopback=True), loopback=True) == ["127.0.0.1"]
    assert refusal("http://10.0.0.1/x", loopback=True) == "webhook_address_refused"
    assert refusal("http://93.184.216.34/x", loopback=True) == "webhook_url_not_https"
    assert refusal("http://169.254.169.254/x", loopback=True) == "webhook_address_refused"
    assert refusal("http://127.0.0.1:9/x") == "webhook_url_not_https"
    assert refusal("https://127.0.0.1:9/x") == "webhook_address_refused"
