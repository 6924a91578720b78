"""The deadline and the proofs hold under TLS, which is what every platform speaks."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from syndicator.adapters.wire import Wire
from syndicator.errors import OutcomeUnknown, Unavailable
from syndicator.models import Account, DeliveryRules

SECONDS = 0.5


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "loopback.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def dripping(certificate: Path) -> Iterator[str]:
    """A TLS server that answers a byte at a time and never ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        try:
            with context.wrap_socket(listening.accept()[0], server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while not ended.wait(0.05):
                    connection.sendall(b"a")
        except OSError:  # the other side hung up or did not trust us, as it should
            ended.set()

    threading.Thread(target=serve, daemon=True).start()
    yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
    ended.set()
    listening.close()


def publish(url: str, trusted: Path | bool) -> None:
    """One publishing request."""
    rules = DeliveryRules(timeout=timedelta(seconds=SECONDS))
    wire = Wire(Account("a", "x", delivery=rules), [], lambda error, call: None)
    with wire.publishing(None) as call:
        call.go()
        wire.session.post(url, data=b"{}", verify=str(trusted) if isinstance(trusted, Path) else trusted)


def test_deadline_under_tls(dripping: str, certificate: Path) -> None:
    """A drip inside TLS ends at the deadline, with the outcome unknown."""
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        publish(dripping, certificate)
    assert SECONDS - 0.1 < time.monotonic() - started < SECONDS + 0.5


def test_untrusted_certificate_is_proof(dripping: str) -> None:
    """A server whose certificate is not trusted is sent nothing."""
    with pytest.raises(Unavailable) as caught:
        publish(dripping, trusted=True)
    assert caught.value.code == "not_connected"
