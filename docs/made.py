"""Fills pages that are made from the code when the documentation is built: `<!-- made: NAME -->` becomes a table."""

import argparse
import re
import tomllib
from importlib.resources import files

from localcare.access.calc.vocabulary import Capability
from localcare.cli.main import parser


def on_page_markdown(markdown: str, **_) -> str:
    return re.sub(r"<!-- made: (\w+) -->", lambda found: MADE[found[1]](), markdown)


def commands() -> str:
    return "\n".join(_command(parser(), "localcare"))


def _command(command: argparse.ArgumentParser, name: str):
    for action in command._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        said = {choice.dest: choice.help for choice in action._choices_actions}
        for word, sub in action.choices.items():
            yield f"\n{'##' if name == 'localcare' else '###'} `{name} {word}`\n\n{said.get(word) or ''}\n"
            if not _has_subcommands(sub):
                yield f"```text\n{sub.format_usage().removeprefix('usage: ').rstrip()}\n```\n"
                yield from (f"- `{_term(a)}`: {a.help.replace('%%', '%')}" for a in sub._actions if _own(a))
            yield from _command(sub, f"{name} {word}")


def _has_subcommands(command: argparse.ArgumentParser) -> bool:
    return any(isinstance(a, argparse._SubParsersAction) for a in command._actions)


def _own(action: argparse.Action) -> bool:
    return bool(action.help) and not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)


def _term(action: argparse.Action) -> str:
    return ", ".join(action.option_strings) or action.metavar or action.dest


def role_table() -> str:
    definitions = files("localcare.access") / "definitions" / "roles.toml"
    known = list(tomllib.loads(definitions.read_text("utf-8")).values())
    lines = ["| may | " + " | ".join(role["label"] for role in known) + " |", "|---|" + ":-:|" * len(known)]
    for capability in Capability:
        cells = " | ".join("yes" if capability in role["capabilities"] else "" for role in known)
        lines.append(f"| {capability.value.replace('_', ' ')} | {cells} |")
    return "\n".join(lines)


MADE = {"commands": commands, "roles": role_table}
