"""Sending over a real network, on this machine: pinned, certified, cut off, and never led elsewhere."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from talentbank.notifications.webhooks import sending
from talentbank.notifications.webhooks.sending import Outgoing, post, transmit
from tests.receiver import answering, open_receiver

HOST = "hooks.example.jp"
BODY = b'{"type":"match.approved"}'


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_LOOPBACK = True
    with open_receiver() as running:
        yield running


def request_to(url, body=BODY):
    return Outgoing(uuid4(), url, {"Content-Type": "application/json", "webhook-id": "msg_1"}, body)


@pytest.fixture
def names(monkeypatch):
    """A resolver of our own: name → its answers, one after the other; numbers are left to the system."""
    known: dict[str, list[str]] = {}
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **options):
        if host not in known:
            return real(host, port, *args, **options)
        asked.append(host)
        address = known[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["asked"] = asked
    return known


def test_a_body_arrives_as_it_is_with_its_headers(receiver):
    receiver.answer = answering(200, "受け取りました".encode())

    outcome = post(request_to(receiver.url))

    (arrived,) = receiver.received
    assert (outcome.ok, outcome.status, outcome.error, outcome.excerpt) == (True, 200, "", "受け取りました")
    assert (arrived.path, arrived.body, arrived.headers["webhook-id"]) == ("/hooks?from=bank", BODY, "msg_1")
    assert arrived.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver, status):
    with open_receiver() as elsewhere:
        receiver.answer = answering(status, Location=elsewhere.url)

        outcome = post(request_to(receiver.url))

        assert (outcome.ok, outcome.status, outcome.error) == (False, status, "redirected")
        assert len(receiver.received) == 1 and elsewhere.received == []


def test_a_proxy_of_the_environment_is_not_asked(receiver, monkeypatch):
    with open_receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)

        assert post(request_to(receiver.url)).ok
        assert len(receiver.received) == 1 and proxy.received == []


def test_the_connection_goes_to_the_address_that_was_checked_whatever_the_name_says_next(receiver, names):
    names[HOST] = ["127.0.0.1", "10.0.0.1", "10.0.0.1"]

    outcome = post(request_to(f"http://{HOST}:{receiver.port}/hooks"))

    assert outcome.ok and names["asked"] == [HOST]
    assert receiver.received[0].headers["host"] == f"{HOST}:{receiver.port}"


def test_a_name_that_turns_private_is_refused_without_a_connection(receiver, names):
    names[HOST] = ["127.0.0.1", "10.0.0.1"]
    address = f"http://{HOST}:{receiver.port}/hooks"

    assert post(request_to(address)).ok
    assert post(request_to(address)).error == "webhook_address_refused"
    assert len(receiver.received) == 1


def test_a_receiver_on_this_machine_is_not_reached_without_the_setting(receiver, settings):
    settings.WEBHOOK_LOOPBACK = False

    assert post(request_to(receiver.url)).error == "webhook_url_not_https"
    assert post(request_to(receiver.url.replace("http:", "https:"))).error == "webhook_address_refused"
    assert receiver.received == []


def test_nobody_there_is_an_outcome(settings):
    settings.WEBHOOK_LOOPBACK = True
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = post(request_to(f"http://127.0.0.1:{port}/"))

    assert (outcome.status, outcome.error) == (None, "unreachable")


@pytest.mark.parametrize("drip", ["nothing", "headers", "body"])
def test_an_answer_that_drips_is_cut_off(receiver, monkeypatch, drip):
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.3)
    hung_up = threading.Event()

    def dripping(handler, number):
        begin = {"nothing": b"", "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ", "body": b"HTTP/1.1 200 OK\r\n\r\n"}[drip]
        handler.wfile.write(begin)
        try:
            while True:
                hung_up.wait(0.05)
                if drip != "nothing":
                    handler.wfile.write(b"a")
                elif handler.connection.recv(1) == b"":
                    return
        except OSError:
            return

    receiver.answer = dripping
    outcome = post(request_to(receiver.url))

    assert outcome.error == "timeout" or (drip == "body" and outcome.status == 200)
    assert outcome.latency_ms < sending.CONNECT_SECONDS * 1000


def test_of_a_long_answer_only_the_beginning_is_read(receiver):
    receiver.answer = answering(500, b"x" * 5_000_000)

    outcome = post(request_to(receiver.url))

    assert outcome.status == 500 and outcome.excerpt == "x" * sending.EXCERPT_BYTES


def test_a_compressed_answer_is_not_unpacked(receiver):
    receiver.answer = answering(200, gzip.compress(b"z" * 10_000_000), Content_Encoding="gzip")

    outcome = post(request_to(receiver.url))

    assert outcome.ok and "zzz" not in outcome.excerpt and len(outcome.excerpt) <= sending.EXCERPT_BYTES


def test_the_excerpt_holds_neither_secrets_nor_signatures_nor_control_characters(receiver):
    secret, signature = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b"v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
    echoed = b"\r\n\x1b[31m \x00".join((b"got " + secret, signature, b"Authorization: Bearer abcdefgh12345678"))
    receiver.answer = answering(400, echoed)

    excerpt = post(request_to(receiver.url)).excerpt

    assert excerpt.startswith("got …") and excerpt.isprintable()
    assert not any(word in excerpt for word in ("whsec", "K5oZ", "abcdefgh"))


def test_retry_after_is_read_and_bounded(receiver):
    receiver.answer = answering(429, Retry_After="120")
    assert post(request_to(receiver.url)).retry_after == 120
    receiver.answer = answering(503, Retry_After="99999999")
    assert post(request_to(receiver.url)).retry_after == 3600
    receiver.answer = answering(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")
    assert post(request_to(receiver.url)).retry_after == 0


def test_one_that_does_not_end_keeps_no_other_waiting(receiver, monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SECONDS", 1.0)
    ended = threading.Event()

    def once(handler, number):
        if "/hang" in handler.path:
            ended.wait(5)
        answering(204)(handler, number)

    receiver.answer = once
    slow, quick = request_to(receiver.url.replace("/hooks", "/hang")), request_to(receiver.url)
    outcomes = dict(transmit([slow, quick]))
    ended.set()

    assert outcomes[quick.delivery].ok and outcomes[slow.delivery].error == "timeout"


def certificate(folder, host):
    """A certificate authority of one's own, and a certificate of it for `host`."""
    now = datetime.now(UTC)

    def made(name, key, issuer, issuer_key, *extensions):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(issuer or subject, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = made("CA", ca_key, None, ca_key, (x509.BasicConstraints(True, None), True))
    names = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.9"))])
    own = made(host, key, ca.subject, ca_key, (names, False))
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "own.pem").write_bytes(
        own.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "ca.pem", folder / "own.pem"


@pytest.fixture
def secure(tmp_path, settings, monkeypatch):
    """A receiver with a certificate for HOST that this process trusts."""
    settings.WEBHOOK_LOOPBACK = True
    ca, own = certificate(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    with open_receiver(lambda plain: context.wrap_socket(plain, server_side=True)) as running:
        yield running


def test_the_certificate_is_checked_against_the_name_and_not_the_address(secure, names):
    names[HOST], names["other.example.jp"] = ["127.0.0.1"], ["127.0.0.1"]

    assert post(request_to(f"https://{HOST}:{secure.port}/hooks")).ok
    assert post(request_to(f"https://other.example.jp:{secure.port}/hooks")).error == "tls"
    assert len(secure.received) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(secure, names, monkeypatch):
    names[HOST] = ["127.0.0.1"]
    monkeypatch.delenv("SSL_CERT_FILE")

    assert post(request_to(f"https://{HOST}:{secure.port}/hooks")).error == "tls"
    assert secure.received == []
