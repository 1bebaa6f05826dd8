"""Fills pages that are made from the code when the documentation is built: `<!-- made: NAME -->` becomes a table."""

import argparse
import re
import tomllib
from importlib.resources import files

from localcare.access.calc.vocabulary import Capability
from localcare.capacity import forecast, published
from localcare.capacity.calc.population import BANDS
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


def forecast_table() -> str:
    lines = forecast.comparison()
    names = list(lines[0].others)
    rows = [
        [
            line.what,
            line.year,
            _people(line.stated),
            line.stated_source,
            *(_people(line.others[name]) for name in names),
        ]
        for line in lines
    ]
    return _table(["residents", "year", "stated", "where", *names], rows)


def backtest_table() -> str:
    seen, names = forecast.backtest(), published.stated_2017()["districts"]
    rows = [
        [
            names[m.place],
            m.band,
            *map(_people, (m.projected, m.actual)),
            *map(_percent, (m.error_percent, m.unchanged_error_percent)),
        ]
        for m in seen.misses
    ]
    return _table(["district", "age", "projected 2023", "estimated 2023", "error", "error of no change"], rows)


def backtest_bands() -> str:
    seen = forecast.backtest()
    parts = [(band, seen.of(band=band)) for band in BANDS] + [("all", seen)]
    rows = [
        [
            name,
            *(f"{part.mape(unchanged=u):.1f}%" for u in (False, True)),
            *(_percent(part.mean_error(unchanged=u)) for u in (False, True)),
        ]
        for name, part in parts
    ]
    head = ["age", "mean absolute error", "of no change", "mean error", "of no change"]
    return _table(head, rows)


def totals_table() -> str:
    names = published.stated_2017()["districts"]
    rows = [
        [names[line.place], _people(line.estimated)]
        + [_percent(100 * (made / line.estimated - 1)) for made in (line.model, line.published, line.unchanged)]
        for line in forecast.totals_of_2023()
    ]
    return _table(["district", "estimated 2023", "our model from 2018", "ONS 2018-based", "no change"], rows)


def bridge_table() -> str:
    rows = [
        [f"**{line.what}**" if line.sums else line.what, _people(line.people), line.source]
        for line in forecast.registered_and_resident()
    ]
    return _table(["people", "number", "source"], rows)


def _table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _people(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _percent(number: float) -> str:
    return f"{number:+.1f}%"


MADE = {
    "commands": commands,
    "roles": role_table,
    "forecast": forecast_table,
    "backtest": backtest_table,
    "backtest_bands": backtest_bands,
    "forecast_totals": totals_table,
    "bridge": bridge_table,
}
