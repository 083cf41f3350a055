"""Mail servers that tests start and stop themselves: Debian's Dovecot and Postfix, each in a folder of its own.

No system service, no system log, no configuration outside the folder; ports of 127.0.0.1 that were free.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port

PASSWORD = "harbour"
SECONDS = 20.0
DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
disable_plaintext_auth = no
ssl = {ssl}
mail_location = maildir:{folder}/mail/%u
imap_capability = {capability}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {has_tls}
  }}
}}
service anvil {{
  chroot =
}}
service auth {{
  user = {user}
}}
service auth-worker {{
  user = {user}
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running IMAP server whose every user has the password `PASSWORD`."""

    port: int
    tls_port: int
    folder: Path

    def drop(self, user: str, raw: bytes, name: str) -> None:
        """Deliver a message as a local delivery agent does: written aside, then moved into `new`."""
        home = self.folder / "mail" / user
        for part in ("tmp", "new", "cur"):
            (home / part).mkdir(parents=True, exist_ok=True)
        written = home / "tmp" / name
        written.write_bytes(raw)
        if os.geteuid() == 0:
            for path in (self.folder / "mail", home, home / "tmp", home / "new", home / "cur", written):
                shutil.chown(path, "nobody", "nogroup")
        written.rename(home / "new" / name)


@contextmanager
def dovecot(
    *,
    capability: str = "",
    separator: str = "/",
    prefix: str = "",
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[Dovecot]:
    """Run Dovecot until the block ends: as `nobody` when we are root, else as who we are."""
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if program is None:
        raise FileNotFoundError("Dovecot is not installed: run scripts/packages")
    root = os.geteuid() == 0
    user = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "nogroup" if root else grp.getgrgid(os.getegid()).gr_name
    folder = Path(tempfile.mkdtemp(prefix="rc-imap-", dir="/tmp"))
    server = Dovecot(free_port(), free_port(), folder)
    text = DOVECOT.format(
        folder=folder,
        user=user,
        group=group,
        port=server.port,
        tls_port=server.tls_port if certificate else 0,
        has_tls="yes" if certificate else "no",
        ssl=f"yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem" if certificate else "no",
        password=PASSWORD,
        capability=capability,
        separator=separator,
        prefix=prefix,
    )
    (folder / "dovecot.conf").write_text(text)
    for source, name in zip(certificate or (), ("cert.pem", "key.pem"), strict=False):
        shutil.copy(source, folder / name)
    (folder / "mail").mkdir()
    if root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, group)
    as_user = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"] if root else []
    process = subprocess.Popen(
        [*as_user, program, "-F", "-c", str(folder / "dovecot.conf")],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server.port, folder / "log", process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens; what the server says of itself is shown only when it does not come up."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}: {log.read_text() if log.exists() else 'it said nothing'}")


POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.agency.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relay_domains = {domain}
relay_recipient_maps =
relayhost = [127.0.0.1]:{onward}
transport_maps = inline:{{ {{ {domain} = lmtp:[127.0.0.1]:{lmtp} }} }}
smtp_dns_support_level = disabled
alias_maps =
alias_database =
biff = no
notify_classes =
in_flow_delay = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = {delay}
maximal_queue_lifetime = {lifetime}
bounce_queue_lifetime = 1h
"""
POSTFIX_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running SMTP server: mail for our domain goes on by LMTP, all other mail to `onward`."""

    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What it wrote down."""
        return (self.folder / "log").read_text()


@contextmanager
def postfix(
    *, domain: str, lmtp: int, onward: int, delay: str = "0", lifetime: str = "1h"
) -> Iterator[Postfix]:
    """Run Postfix with a queue of its own until the block ends. It has to begin as root.

    Args:
        domain: whose mail goes on by LMTP.
        lmtp: port of our receiver.
        onward: port of the SMTP server that takes all other mail.
        delay: after which the sender is told that a mail still waits; "0": never.
        lifetime: after which a mail that is put off comes back.
    """
    program = shutil.which("postfix", path="/usr/sbin:/usr/bin")
    if program is None:
        raise FileNotFoundError("Postfix is not installed: run scripts/packages")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    folder = Path(tempfile.mkdtemp(prefix="rc-smtp-", dir="/tmp"))
    folder.chmod(0o755)  # its own user has to come in
    server = Postfix(free_port(), folder)
    facts = {"folder": folder, "domain": domain, "lmtp": lmtp, "onward": onward}
    (folder / "main.cf").write_text(POSTFIX_MAIN.format(**facts, delay=delay, lifetime=lifetime))
    (folder / "master.cf").write_text(POSTFIX_MASTER.format(port=server.port))
    (folder / "queue").mkdir()
    (folder / "data").mkdir()
    subprocess.run([*as_root, "chown", "-R", "root:root", str(folder)], check=True)
    subprocess.run([*as_root, "chown", "postfix", str(folder / "data")], check=True)
    process = subprocess.Popen(
        [*as_root, program, "-c", str(folder), "start-fg"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(server.port, folder / "log", process)
        yield server
    finally:
        stop = [*as_root, program, "-c", str(folder), "stop"]
        subprocess.run(
            stop, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS
        )
        process.wait(timeout=SECONDS)
        subprocess.run([*as_root, "rm", "-rf", str(folder)], check=True)
