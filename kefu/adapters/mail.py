"""Sends e-mail through the company's server: text, HTML and files in one message."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from kefu.core.errors import BadConfig, DeliveryFailed

WAIT_S = 30


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in: `secure` is `starttls`, `tls` from the beginning, or `none` for a server next door."""

    host: str
    port: int
    secure: str
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> Server:
        """By the table `[email]`; raises `BadConfig` for what is missing."""
        server = cls(
            host=str(settings["host"]),
            port=int(str(settings["port"])),
            secure=str(settings["secure"]),
            user=str(settings["user"]),
            password=str(settings["password"]),
            sender=str(settings["sender"]),
        )
        for name in ("host", "sender"):
            if not getattr(server, name):
                raise BadConfig(f"kefu.toml: [email] {name} is missing; without it no e-mail can be sent.")
        if server.secure not in ("starttls", "tls", "none"):
            raise BadConfig(f"kefu.toml: [email] secure must be starttls, tls or none, not {server.secure!r}.")
        return server


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: the same in two forms, and files by their name (all of them PDF)."""

    subject: str
    text: str
    html: str
    files: Mapping[str, bytes]


def send(server: Server, to: Sequence[str], letter: Letter) -> None:
    """Hand a letter in for all receivers; raises `DeliveryFailed` where the server takes it from none of them."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, server.sender, ", ".join(to)
    message["Date"], message["Message-ID"] = formatdate(localtime=False), make_msgid(domain="kefu.invalid")
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for name, content in letter.files.items():
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    try:
        with _connect(server) as line:
            if server.secure == "starttls":
                line.starttls(context=ssl.create_default_context())
            if server.user:
                line.login(server.user, server.password)
            refused = line.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(f"{server.host}:{server.port} did not take the e-mail: {error}. See [email].") from error
    if refused:
        raise DeliveryFailed(f"{server.host} refused {', '.join(refused)}; the others have it.")


def _connect(server: Server) -> smtplib.SMTP:
    if server.secure == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=WAIT_S, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=WAIT_S)
