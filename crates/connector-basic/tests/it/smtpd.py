"""A real SMTP server (aiosmtpd) for the tests, told what to answer by whom a message is for.

Usage: smtpd.py FOLDER [--tls starttls|implicit] [--user USER --password PASSWORD]
Prints `ready PORT`; with TLS, writes its authority's certificate to FOLDER/ca.pem. Each message
that is taken is written to FOLDER/N.eml as it came, with its envelope in FOLDER/N.json. A local
part such as `say-450` makes the server answer so to that recipient, `data-552` to the message, and
`vanish` makes it take the message and close the connection without an answer.
"""

import argparse
import asyncio
import json
import logging
import pathlib
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# It advises against what the tests try on purpose.
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--tls", choices=["starttls", "implicit"])
parser.add_argument("--user")
parser.add_argument("--password")
options = parser.parse_args()


class Handler:
    taken = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.split("@")[0]
        if local.startswith("say-"):
            code = local.removeprefix("say-")
            return f"{code} 5.1.1 <{address}>: as the test asked"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            local = address.split("@")[0]
            if local.startswith("data-"):
                return f"{local.removeprefix('data-')} too much of it"
        Handler.taken += 1
        number = Handler.taken
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or options.tls == "implicit",
            "user": session.auth_data,
            "hello": session.host_name,
        }
        (options.folder / f"{number}.eml").write_bytes(envelope.original_content)
        (options.folder / f"{number}.json").write_text(json.dumps(facts))
        if any(a.startswith("vanish@") for a in envelope.rcpt_tos):
            server.transport.abort()
            return ""
        return f"250 OK queued as {number}"


def authenticate(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    if user == options.user and password == options.password:
        return AuthResult(success=True, auth_data=user)
    return AuthResult(success=False, handled=False)


def context():
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(options.folder / "ca.pem")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


async def main():
    tls = context() if options.tls else None
    starttls = tls if options.tls == "starttls" else None
    signing = {}
    if options.user:
        signing = {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": options.tls == "starttls",
        }

    def make():
        return SMTP(
            Handler(),
            hostname="mail.test",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            decode_data=False,
            **signing,
        )

    implicit = tls if options.tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=implicit)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
