# ruff: noqa: INP001 - a folder of programs, no package
"""Writes the reference part of the documentation from the code, so that it cannot say anything else.

`.venv/bin/python scripts/reference.py` writes docs/reference/{configuration,commands,errors,states}.md and
docs/explanation/methods.md and openapi.json;
`--check` writes nothing and ends with status 1 when one of them is not what the code says today. What the code
cannot say itself, the meaning of a configuration key, stands in `MEANINGS`; a key without one is an error.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import django
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from reference_states import states
from reference_text import cell, code, codes, first_line, table

import recourse
from recourse.base.core.errors import RecourseError
from recourse.config import keys, schema, sections, sources
from recourse.fingerprints.errors import FingerprintError

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
COMMAND = ".venv/bin/python scripts/reference.py"
HEAD = f"<!-- Written by `{COMMAND}` from the code; changes by hand are lost. -->\n\n"

MEANINGS = {
    "home": "Folder of the installation; a relative one counts from the configuration file.",
    "process": "What this process does. It decides which keys it may read and which pages it serves.",
    "agency.name": "Name of the agency, on the pages and in notices.",
    "agency.mailbox": "Mailbox that notices come from; its domain must be `mail.sender_domain`.",
    "agency.phone": "Telephone number that the survivor's pages show; empty: none is shown.",
    "agency.languages": "Languages of the pages, in the order of their links; the first is for browsers with no match.",
    "agency.zone": "Time zone of the times on the pages. Stored times are UTC.",
    "agency.help_lines": "Other help lines, each as a person reads it; shown to young persons.",
    "agency.licensed_body": "Who may by law deal with pictures of persons under 18; named on the page of such a case.",
    "agency.exit_target": "Where “Leave this page quickly” goes.",
    "web.survivor_host": "Exact host name of the survivors' pages. Every other name is refused.",
    "web.desk_host": "Exact host name of the desk; must differ from the other.",
    "web.public_host": "Exact host name of the public figures, the open data and the ledger; differs from both.",
    "web.exchange_host": "Exact host name of the exchange with platforms; differs from the others.",
    "web.scheme": "How visitors reach us. `https` when a TLS proxy stands before us; required for public hosts.",
    "web.port": "Port that `recourse serve` listens on.",
    "web.debug": "Error pages with everything in them; refused for public hosts.",
    "web.static_folder": "Where `collectstatic` puts files; empty: `staticfiles` beside the source.",
    "database.url": "`postgresql://user:password@host:port/name`, or empty for SQLite in the home folder.",
    "keys.folder": "Where this process's key files lie; empty: `keys` in the home folder.",
    "mail.smtp_host": "Server that notices leave by.",
    "mail.smtp_port": "Its port.",
    "mail.smtp_starttls": "Whether to demand STARTTLS with a valid certificate.",
    "mail.smtp_user": "Name to sign in with; empty: without.",
    "mail.smtp_password": "Password to sign in with; best by the `_FILE` variable.",
    "mail.sender_domain": "Domain that signs notices and takes their answers.",
    "mail.quiet_sender": "Address from which a survivor gets mails that say nothing; "
    "empty means `notes@` the sender's domain. A domain whose name says nothing is better.",
    "mail.dkim_selector": "DKIM selector; its TXT record is published.",
    "mail.lmtp_host": "Address that `recourse mail` listens on.",
    "mail.lmtp_port": "Its port.",
    "mail.imap_host": "Server of the mailbox that `recourse mail --imap` reads; empty where none is read.",
    "mail.imap_port": "Its port.",
    "mail.imap_tls": "How the line is encrypted: implicit, starttls, or none to this machine itself.",
    "mail.imap_user": "Name to sign in with.",
    "mail.imap_password": "Password to sign in with; best by the `_FILE` variable.",
    "mail.imap_folder": "Where mail arrives; what is stored is moved to Recourse/Taken.",
    "checks.vantages": "Vantage points of our own probes: name and the address of this machine to leave from.",
    "checks.seconds_between_looks": "How long we wait between two looks at one host; 0: not at all.",
    "ledger.origin": "Name of the public log, first line of each checkpoint. Never changed later.",
    "ledger.publish_every_hours": "How often a checkpoint is published.",
    "ledger.folder": "Where the public log's files lie; empty: `ledger` in the home folder.",
}
OTHER_VARIABLES = {
    "RECOURSE_CONFIG": "The configuration file. Without it `recourse.toml` in the present folder, else the defaults.",
    "RECOURSE_TOWN": "Set by the demo: description of the stand-ins. Production's settings refuse to start with it.",
    "RECOURSE_PARENT": "Set by `recourse serve` for its children: the process whose end they follow.",
}


# -- configuration -------------------------------------------------------------------------------------------


def type_words(field: Any) -> str:  # noqa: ANN401 - pydantic's FieldInfo
    """Return a key's type in words."""
    kind, limits = field.annotation, [str(one) for one in field.metadata]
    bounds = [part for one in limits for part in re.findall(r"(?:Ge\(ge|Le\(le)=(\d+)", one)]
    if bounds:
        return f"whole number, {bounds[0]} to {bounds[-1]}"
    options = get_args(kind)
    if options and all(isinstance(one, str) for one in options):
        return " or ".join(code(one) for one in options)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(code(one.value) for one in kind)
    words = {bool: "true or false", int: "whole number", str: "text", Path: "folder"}
    plain = next((words[one] for one in (kind, *options) if one in words), str(kind))
    if str(kind).startswith("dict"):
        return "table of texts"
    return f"list of {plain}s" if str(kind).startswith("tuple") else plain


def default_words(field: Any) -> str:  # noqa: ANN401 - pydantic's FieldInfo
    """Return a key's default as TOML writes it."""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, dict):
        return code("{ " + ", ".join(f'{name} = "{one}"' for name, one in value.items()) + " }")
    if isinstance(value, tuple):
        return code("[" + ", ".join(f'"{one}"' for one in value) + "]")
    return "" if value in (None, "") else code(value)


def configuration() -> str:
    """Return the page about the configuration."""
    if set(MEANINGS) != set(schema.known_keys()) or set(OTHER_VARIABLES) != sources.OTHER_VARIABLES:
        difference = (
            set(MEANINGS) ^ set(schema.known_keys()) or set(OTHER_VARIABLES) ^ sources.OTHER_VARIABLES
        )
        raise LookupError(f"the table of meanings and the configuration differ: {sorted(difference)}")
    top: dict[str, Any] = {}
    parts: list[tuple[str, str, dict[str, Any]]] = []
    for name, field in schema.Configuration.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, sections.Section):
            inner = {f"{name}.{key}": one for key, one in field.annotation.model_fields.items()}
            parts.append((f"`[{name}]`", first_line(field.annotation), inner))
        else:
            top[name] = field
    text = (
        HEAD + "# Configuration\n\n"
        "A TOML file, the environment above it, files that the environment names above both. An unknown key and a\n"
        "misspelt variable are refused at start, with the nearest key. `recourse init` writes a file to begin with.\n\n"
        "Each key can be set by the variable in its row, or by that variable with `_FILE` at its end, whose value is\n"
        "the path of a file that holds the value; secrets belong there. An empty default means what the row says.\n"
    )
    head = ("key", "type", "default", "variable", "meaning")
    for title, about, fields in [("Before the first section", "", top), *parts]:
        rows = [
            (
                code(key.rpartition(".")[2]),
                type_words(field),
                default_words(field),
                code(sources.PREFIX + key.upper().replace(".", "__")),
                MEANINGS[key],
            )
            for key, field in fields.items()
        ]
        text += f"\n## {title}\n\n" + (f"{about}\n\n" if about else "") + table(head, rows)
    text += "\n## Variables that are no keys\n\n"
    text += table(("variable", "meaning"), ((code(name), said) for name, said in OTHER_VARIABLES.items()))
    text += "\n## Key files, and which process reads which\n\nIn `keys.folder`; each process loads only its own.\n\n"
    roles = [role for role in keys.HELD_BY if role.value not in {"all", "command"}]
    held = sorted(keys.EVERY_KEY)
    rows_held = (
        [code(name), *("yes" if name in keys.HELD_BY[role] else "" for role in roles)] for name in held
    )
    return text + table(("file", *(code(role.value) for role in roles)), rows_held)


# -- commands ------------------------------------------------------------------------------------------------


def commands() -> str:
    """Return the page about the commands."""
    text = (
        HEAD + "# Commands\n\n"
        "`recourse COMMAND [options]`. Each also takes Django's own `--settings`, `--traceback`, `--verbosity` and so\n"
        "on. An error is one sentence with its code, and the exit status that [error codes](errors.md) gives it.\n"
    )
    ours = sorted(name for name, app in get_commands().items() if str(app).startswith("recourse."))
    for name in ours:
        command = load_command_class(get_commands()[name], name)
        parser = command.create_parser("recourse", name)
        text += f"\n## `recourse {name}`\n\n{cell(command.help)}\n"
        if note := rest_of(sys.modules[type(command).__module__]):
            text += f"\n{note}\n"
        text += options_of(own_actions(parser, name))
    return text


def rest_of(module: ModuleType) -> str:
    """Return what a command's module says after its first line, without what it refuses inside."""
    return cell((inspect.getdoc(module) or "").partition("\n\n")[2])


def own_actions(parser: argparse.ArgumentParser, name: str) -> list[argparse.Action]:
    """Return a command's actions without those that every command of Django has."""
    common = {action.dest for action in BaseCommand().create_parser("recourse", name)._actions}  # noqa: SLF001
    return [action for action in parser._actions if action.dest not in common]  # noqa: SLF001


def options_of(actions: Iterable[argparse.Action]) -> str:
    """Return the table of options; verbs with theirs come after it."""
    rows: list[tuple[str, ...]] = []
    verbs = ""
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no other name for it
            helps = {one.dest: one.help or "" for one in action._choices_actions}  # noqa: SLF001
            for verb, inner in action.choices.items():
                own = [one for one in inner._actions if one.dest != "help"]  # noqa: SLF001
                verbs += f"\n### {verb}\n\n{cell(helps[verb]).capitalize()}.\n{options_of(own)}"
            continue
        name = ", ".join(action.option_strings) or (action.metavar or action.dest).upper()
        if action.option_strings and action.nargs != 0:
            name += f" {action.dest.upper()}"
        if not action.help:
            raise LookupError(f"{name} has no help: say in the command what it is for")
        said = [action.help]
        if action.choices:
            said.append("one of " + codes(action.choices))
        if action.required and action.option_strings:
            said.append("required")
        if action.default not in (None, False, "") and not isinstance(action, argparse._HelpAction):  # noqa: SLF001
            said.append(f"default {code(action.default)}")
        rows.append((code(name), "; ".join(part for part in said if part)))
    return (("\n" + table(("argument", "meaning"), rows)) if rows else "") + verbs


# -- errors --------------------------------------------------------------------------------------------------


def import_everything() -> None:
    """Import every module of ours, so that every error class is known."""
    for module in pkgutil.walk_packages(recourse.__path__, "recourse."):
        # Programs, the demo's settings and migrations define no error.
        if not re.search(r"\.(migrations|__main__|wsgi|demo|sandbox_child)(\.|$)", module.name):
            importlib.import_module(module.name)


def subclasses(kind: type) -> Iterator[type]:
    """Yield a class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from subclasses(below)


def errors() -> str:
    """Return the page about error codes."""
    import_everything()
    found = {kind for kind in subclasses(RecourseError) if kind.__module__.startswith("recourse.")}
    rows = [
        (
            code(kind.code),
            kind.status,
            kind.exit_status,
            "yes" if kind.retryable else "",
            kind.sentence,
            code(f"{kind.__module__.removeprefix('recourse.')}.{kind.__name__}"),
        )
        for kind in sorted(found, key=lambda kind: (kind.code, kind.__module__, kind.__qualname__))
    ]
    about = (
        HEAD + "# Error codes\n\n"
        "The code stands on an error page, in a problem document (RFC 9457, `code`), in a command's sentence and in\n"
        "the log. *Again* means that trying later may help, and that a job does so by itself. A class that adds no\n"
        "code of its own is listed under the one it inherits.\n\n"
    )
    ours = table(("code", "HTTP", "exit", "again", "sentence", "class"), rows)
    return about + ours + errors_of_the_library()


def errors_of_the_library() -> str:
    """Return the errors of `recourse.fingerprints`, which stands on its own and has a tree of its own."""
    rows = [
        (code(kind.code), first_line(kind), code(kind.__name__))
        for kind in sorted(set(subclasses(FingerprintError)), key=lambda kind: kind.code)
    ]
    return (
        "\n## Of the library of fingerprints\n\n"
        "`recourse.fingerprints` imports nothing else of ours; who shows its errors to people maps them by code.\n\n"
    ) + table(("code", "meaning", "class"), rows)


def methods() -> str:
    """Return the methods of the public figures, in the words of the public page."""
    return importlib.import_module("recourse.work.statistics.domain.methods").markdown()


def open_data() -> str:
    """Return the description of the open data, as /api/openapi.json serves it."""
    importlib.import_module("recourse.config.urls_public")  # says which other surfaces it describes
    return importlib.import_module("recourse.surfaces.api.urls").description()


PAGES = {
    "configuration": configuration,
    "commands": commands,
    "errors": errors,
    "states": lambda: HEAD + states(),
    "../explanation/methods": methods,
    "../../openapi": open_data,
}


def main() -> int:
    """Write the pages, or with --check compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; status 1 when a page is not up to date"
    )
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("RECOURSE_")]:
        del os.environ[name]  # what stands in a page must not depend on who writes it
    os.environ["DJANGO_SETTINGS_MODULE"] = "recourse.config.settings"
    django.setup()
    stale = []
    for name, page in PAGES.items():
        path, text = FOLDER / (f"{name}.json" if name == "../../openapi" else f"{name}.md"), page()
        if options.check:
            stale += [path] if not path.is_file() or path.read_text("utf-8") != text else []
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        sys.stderr.write(f"{path} is not what the code says: run {COMMAND}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
