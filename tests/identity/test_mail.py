"""Mails leave by a real SMTP server on loopback, or stay in the outbox."""

import socket
import ssl
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from app.core import jobs, mail
from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.mail import Mail


class Postbox:
    """Keeps what it was handed, and whether the line was encrypted."""

    def __init__(self, refuse=0):
        self.messages, self.encrypted, self.logins, self.refuse = [], [], [], refuse

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            self.refuse -= 1
            return "451 try again later"
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def knock(port):
    """First connection over TLS: aiosmtpd waits for one, and would make it with its server context."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 5) as raw, context.wrap_socket(raw) as line:
        line.recv(100)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


@pytest.fixture
def server_of(request, certificate):
    """Start a mail server: server_of("none" | "starttls" | "tls", postbox)."""

    def start(mode, postbox, **options):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        extra = {"none": {}, "starttls": {"tls_context": context, "require_starttls": True}}.get(mode)
        if mode == "tls":
            extra = {"ssl_context": context}
        controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **extra, **options)
        if mode == "tls":
            controller._trigger_server = lambda: knock(controller.port)
        controller.start()
        request.addfinalizer(controller.stop)
        return controller.port

    return start


def send_one(**more):
    with transaction():
        return mail.send("budi@merapi.example.com", "Halo,\nBudi", "Kode: 123456 ✓", "<p>Kode</p>", **more)


@pytest.mark.parametrize("mode", ["none", "starttls", "tls"])
def test_a_mail_leaves_by_smtp_and_its_text_is_blanked_here(
    make_app, server_of, certificate, monkeypatch, mode
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    postbox = Postbox()
    port = server_of(mode, postbox)
    app = make_app(
        smtp_host="localhost", smtp_port=port, smtp_tls=mode, mail_from="Tangga <no-reply@v.example>"
    )
    with app.app_context():
        send_one()
        assert jobs.run_due() == 1
        assert jobs.run_due() == 0
        stored = db.session.scalars(select(Mail)).one()
        assert stored.sent_at is not None and (stored.text, stored.html) == ("", None)
    message = postbox.messages[0]
    assert postbox.encrypted == [mode == "starttls"]  # with "tls" the line was encrypted before it began
    assert (message["To"], message["Subject"]) == ("budi@merapi.example.com", "Halo, Budi")
    assert message["From"] == "Tangga <no-reply@v.example>"
    assert "123456 ✓" in message.get_body(("plain",)).get_content()
    assert "<p>" in message.get_body(("html",)).get_content()


def test_the_server_is_told_name_and_password(make_app, server_of):
    postbox = Postbox()

    def check(_server, _session, _envelope, _mechanism, data):
        postbox.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"secret")

    port = server_of("none", postbox, authenticator=check, auth_require_tls=False)
    app = make_app(
        smtp_host="localhost", smtp_port=port, smtp_tls="none", smtp_user="tangga", smtp_password="secret"
    )
    with app.app_context():
        send_one()
        jobs.run_due()
    assert postbox.logins == [(b"tangga", b"secret")] and len(postbox.messages) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(make_app, server_of, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    postbox = Postbox()
    port = server_of("starttls", postbox)
    app = make_app(smtp_host="localhost", smtp_port=port, smtp_tls="starttls")
    with app.app_context():
        send_one()
        jobs.run_due()
        stored = db.session.scalars(select(Mail)).one()
        assert stored.sent_at is None and "123456" in stored.text
    assert postbox.messages == []


def test_a_refused_mail_is_tried_again_and_keeps_its_message_id(make_app, server_of):
    postbox = Postbox(refuse=1)
    port = server_of("none", postbox)
    app = make_app(smtp_host="localhost", smtp_port=port, smtp_tls="none")
    with app.app_context():
        send_one()
        jobs.run_due()
        public_id = db.session.scalars(select(Mail)).one().public_id
        with travel(utc_now() + timedelta(minutes=5)):
            assert jobs.run_due() == 1
    assert len(postbox.messages) == 1 and public_id in postbox.messages[0]["Message-ID"]


def test_without_a_server_the_mail_is_read_in_the_outbox(app, client):
    with app.app_context():
        send_one()
        jobs.run_due()
    page = client.get("/dev/outbox")
    assert page.status_code == 200 and "Kode: 123456" in page.get_data(as_text=True)
    assert "Kode" not in client.get("/dev/outbox?to=aisyah@kinabalu.example.com").get_data(as_text=True)


def test_there_is_no_outbox_in_production(make_app):
    app = make_app(env="production", external_url="https://portal.example.com")
    assert app.test_client().get("/dev/outbox", base_url="https://portal.example.com").status_code == 404


def test_a_promise_is_kept_once_and_can_wait_or_be_taken_back(app, client):
    with app.app_context():
        assert send_one(dedupe="hello") is not None
        assert send_one(dedupe="hello") is None
        send_one(dedupe="later", delay_seconds=60)
        assert [row.recipient for row in mail.list_outbox()] == ["budi@merapi.example.com"]
        with transaction():
            assert jobs.cancel("later")
        with travel(utc_now() + timedelta(minutes=2)):
            assert len(mail.list_outbox()) == 1


def test_a_rolled_back_act_promises_no_mail(app):
    with app.app_context():
        with pytest.raises(LookupError), transaction():
            mail.send("budi@merapi.example.com", "No", "No")
            raise LookupError
        assert mail.list_outbox() == []
