"""TLS: a certificate that does not match, or that nobody vouches for, ends the call, and nothing switches that off."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from edgekit.errors import ConnectionFailed
from edgekit.wire.session import Transport


class Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.keys.append(self.headers["x-api-key"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


class Quiet(HTTPServer):
    keys: list[str | None]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the handshake is what these tests are about."""


@contextmanager
def https(authority: trustme.CA, name: str) -> Iterator[Quiet]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with Quiet(("127.0.0.1", 0), Fine) as server:
        server.keys = []
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    return trustme.CA()


def call(server: Quiet, bundle: Path | None = None) -> bytes:
    transport = Transport(f"https://localhost:{server.server_port}/v1", "ei_x", timeout=5, retries=2)
    if bundle is not None:
        transport._session.verify = str(bundle)
    try:
        return transport.get("api")
    finally:
        transport.close()


def test_a_certificate_that_somebody_trusted_vouches_for_is_fine(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with https(authority, "localhost") as server:
        assert call(server, tmp_path / "ca.pem") == b"{}"
        assert server.keys == ["ei_x"]


def test_a_certificate_for_another_name_ends_the_call_before_the_key_is_sent(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with https(authority, "studio.example") as server:
        with pytest.raises(ConnectionFailed, match="certificate could not be trusted") as caught:
            call(server, tmp_path / "ca.pem")
        assert server.keys == []
    assert "localhost" in str(caught.value)


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PYTHONHTTPSVERIFY"])
@pytest.mark.parametrize("value", ["", "0"])
def test_the_environment_cannot_switch_verification_off(authority, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with https(authority, "localhost") as server:
        with pytest.raises(ConnectionFailed, match="certificate could not be trusted"):
            call(server)
        assert server.keys == []
