"""TLS: a certificate that does not match, or that no authority vouches for, ends the call; nothing switches it off."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    return trustme.CA()


def call(server: Quiet, bundle: Path | None = None) -> bytes:
    return call_port(server.server_port, bundle)


def call_port(port: int, bundle: Path | None, timeout: float = 30, retries: int = 2) -> bytes:
    transport = Transport(f"https://localhost:{port}/v1", "ei_x", timeout=timeout, retries=retries)
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


def in_the_handshake(peer: socket.socket, way: str) -> None:
    peer.recv(1)
    if way == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif way == "nonsense":
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    elif way == "alert":
        peer.sendall(b"\x15\x03\x03\x00\x02\x02\x50")  # fatal: internal error
    elif way == "half a record":
        peer.sendall(b"\x16\x03\x03\x40\x00abc")


@pytest.mark.parametrize("way", ["closed", "reset", "nonsense", "alert", "half a record"])
def test_a_connection_that_breaks_off_in_the_handshake_is_tried_again_and_not_called_untrusted(
    authority, tmp_path, monkeypatch, way
):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setattr("urllib3.util.retry.Retry.get_backoff_time", lambda self: 0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                peer, _ = listener.accept()
                with peer:
                    in_the_handshake(peer, way)
            peer, _ = listener.accept()
            with context.wrap_socket(peer, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        bundle = tmp_path / "ca.pem"
        with pytest.raises(ConnectionFailed) as caught:
            call_port(listener.getsockname()[1], bundle, retries=0)
        assert "could not be trusted" not in str(caught.value)
        assert call_port(listener.getsockname()[1], bundle, retries=2) == b"{}"
        thread.join(60)


def test_a_handshake_that_drips_is_given_up_on_with_its_thread():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = threading.Event()

        def serve() -> None:
            peer, _ = listener.accept()
            with peer, suppress(OSError):
                peer.sendall(b"\x16\x03\x03\x40\x00")
                while True:
                    peer.sendall(b"\x02")
                    time.sleep(0.05)
            gone.set()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(ConnectionFailed, match="no complete answer within"):
            call_port(listener.getsockname()[1], None, timeout=0.3, retries=0)
        assert gone.wait(60)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_certificates_that_is_not_there_is_told_by_its_variable_and_name(monkeypatch, tmp_path, name):
    for known in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(known, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "missing.pem"))
    transport = Transport("https://studio.example/v1", "ei_x", retries=2)
    with pytest.raises(ConnectionFailed, match=rf"{name} names '.*missing\.pem', and there is no such file"):
        transport.get("api")


def test_a_bundle_that_holds_no_certificates_is_told_by_its_variable_and_name(authority, monkeypatch, tmp_path):
    (tmp_path / "odd.pem").write_text("no certificates")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "odd.pem"))
    with (
        https(authority, "localhost") as server,
        pytest.raises(ConnectionFailed, match=r"REQUESTS_CA_BUNDLE names '.*odd\.pem', which holds no certificates"),
    ):
        call(server, tmp_path / "odd.pem")


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("socks5://127.0.0.1:9", r"pip install 'requests\[socks\]'"),
        ("http://", "HTTPS_PROXY"),
        ("http://[", "HTTPS_PROXY"),
        ("nonsense://127.0.0.1:9", "HTTPS_PROXY"),
        ("http://127.0.0.1:9", "HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_as_what_it_is(monkeypatch, proxy, said):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    transport = Transport("https://studio.example/v1", "ei_x", timeout=5, retries=0)
    with pytest.raises(ConnectionFailed, match=said):
        transport.get("api")


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PYTHONHTTPSVERIFY"])
@pytest.mark.parametrize("value", ["", "0"])
def test_the_environment_cannot_switch_verification_off(authority, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with https(authority, "localhost") as server:
        with pytest.raises(ConnectionFailed, match="certificate could not be trusted"):
            call(server)
        assert server.keys == []
