"""What the clients' tests share: a world to visit, on a server that runs."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone

from talentbank.accounts.oidc import SCOPES
from talentbank.banks.models import Bank
from talentbank.needs.models import Need
from tests import factories
from tests.api.conftest import clock  # noqa: F401
from tests.api.test_sign_in import private_key
from tests.clients.live import live_server
from tests.clients.snippets import DOCUMENTS, ENDS, programs
from tests.factories import AT, PASSWORD
from tests.node import ROOT, Node, NodeMissing, packages_ready, run_once

EXAMPLE = ROOT / "examples" / "typescript"
NEEDS = 25


@dataclass(frozen=True, slots=True)
class Town:
    """A bank with needs, a professional who may apply, the organization, and a front end that the bank let in."""

    bank: Bank
    needs: list[Need]
    told: dict[str, Any]
    """What the scripts are told (`World` in test/world.ts)."""

    def environment(self) -> dict[str, str]:
        return {"WORLD": json.dumps(self.told), "FRONT_END_PORT": str(self.told["port"])}


@pytest.fixture
def address(db: None) -> Iterator[str]:
    with live_server() as address:
        yield address


@pytest.fixture
def town(address: str, bank: Bank, settings: Any, clock: Any) -> Town:  # noqa: F811
    settings.IDP_OIDC_PRIVATE_KEY = private_key()
    organization = factories.make_organization(bank)
    wish = "注文を受けてから発送するまでを、家族だけで回せるようになりたい。"
    needs = [
        factories.make_need(organization, title=f"ネットで漬物を売りたい {n}", wished_outcome=wish, **PUBLIC)
        for n in range(NEEDS)
    ]
    professional = factories.make_professional(bank)
    port = free_port()
    told = {
        "base": address,
        "clientId": front_end(bank, port).pk,
        "email": professional.user.email,
        "password": PASSWORD,
        "organization": token_of(factories.owner_of(organization), bank),
        "need": str(needs[0].pk),
        "needs": NEEDS,
        "port": port,
    }
    return Town(bank, needs, told)


PUBLIC = {"confidentiality": "public", "public_summary": "地元の漬物をネットで売りたい", "summary_agreed_at": AT}


def front_end(bank: Bank, port: int) -> Client:
    """A public client, registered with its addresses and let in with its origins."""
    origins = tuple(f"http://127.0.0.1:{each}" for each in (port, 4242))
    row = Client(name="みんなの窓口", type=Client.Type.PUBLIC)
    row.set_scopes(["openid", *SCOPES])
    row.set_grant_types(["authorization_code", "refresh_token"])
    row.set_redirect_uris([f"{origin}/" for origin in origins])
    row.save()
    factories.let_in(row, bank, origins=origins)
    return row


def token_of(user: Any, bank: Bank, scopes: tuple[str, ...] = tuple(SCOPES)) -> str:
    """A bearer token of an account, by another program."""
    owner = Client.objects.create(name="another program")
    factories.let_in(owner, bank)
    row = Token(type=Token.Type.ACCESS_TOKEN, client=owner, user=user, expires_at=timezone.now() + timedelta(days=1))
    row.created_at = timezone.now()
    row.set_value(value := f"token-of-{user.pk}")
    row.set_scopes(list(scopes))
    row.save()
    return value


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def node() -> Node:
    """Node.js with the example's packages."""
    try:
        return packages_ready(EXAMPLE)
    except NodeMissing as missing:
        pytest.skip(f"NOT TESTED, no Node.js: {missing}")


@pytest.fixture(scope="session")
def built(node: Node) -> Path:
    """The example, generated from today's openapi.yaml and compiled; its errors are the test's."""
    written = [path for path in sorted(EXAMPLE.glob("[st]*/*.ts")) if not path.name.endswith((".d.ts", ".docs.ts"))]
    read = [ROOT / "openapi.yaml", *(ROOT / "docs" / f"{name}.md" for name in DOCUMENTS), *sorted(ENDS.glob("*.ts"))]
    with run_once(EXAMPLE / "dist" / ".built", [*read, *sorted(EXAMPLE.glob("*.json")), *written]) as needed:
        if needed:
            for name, program in programs().items():
                (EXAMPLE / "src" / name).write_text(program, "utf-8")
            modules = EXAMPLE / "node_modules"
            for script, *arguments in (
                ("openapi-typescript/bin/cli.js", "../../openapi.yaml", "--output", "src/schema.d.ts"),
                ("typescript/bin/tsc",),
            ):
                finished = node.run(modules / script, *arguments, folder=EXAMPLE)
                assert finished.returncode == 0, finished.stdout + finished.stderr
    return EXAMPLE / "dist"
