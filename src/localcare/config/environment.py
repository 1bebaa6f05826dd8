"""Every setting an operator may give, declared once: name, default, meaning.

A value comes from the process environment, else from `site.toml` in the data folder, else from the default.
`docs/reference/settings.md` is checked against this table by a test.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dj_database_url


class BadSetting(Exception):
    """A setting is missing or cannot be used; the message says what to set."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str
    secret: bool = False


SETTINGS = (
    Setting("LOCALCARE_DATA", "./var", "Folder that holds all state of this installation."),
    Setting(
        "LOCALCARE_MODE",
        "development",
        "`demo` (synthetic people, banner, listed logins), `development`, or `production` "
        "(refuses demo secrets, needs HTTPS).",
    ),
    Setting("DATABASE_URL", "", "Care store. Empty: SQLite in LOCALCARE_DATA. Production: `postgres://…`."),
    Setting("LOCALCARE_SECRET_KEY", "", "Signs sessions. Empty outside production: one is made and kept.", secret=True),
    Setting(
        "LOCALCARE_KEYS",
        "",
        "Folder of the pseudonym keys, one file a purpose. Empty: `keys` in LOCALCARE_DATA; "
        "in production it must lie outside LOCALCARE_DATA.",
    ),
    Setting("LOCALCARE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the site answers to, comma separated."),
    Setting(
        "LOCALCARE_CLOCK_OFFSET_DAYS",
        "0",
        "Days to add to the clock, so that a demo lives in the days of its data. Refused in production.",
    ),
    Setting("LOCALCARE_AREA", "West Kent", "Name of the area on pages and reports."),
    Setting(
        "LOCALCARE_CLUSTER_WORD", "cluster", "Word for a group of practices on pages: cluster, network, neighbourhood."
    ),
    Setting(
        "LOCALCARE_VIEWING_BASIS",
        "legitimate_relationship",
        "`legitimate_relationship` with the right to object, or `explicit_consent` (as in 2017).",
    ),
    Setting(
        "LOCALCARE_RISK_SCORE",
        "",
        "Whether a run predicts emergency admissions and lists people by it: `on` or `off`. Empty: on, except in "
        "production, where an operator first decides (see the statement of its intended purpose).",
    ),
    Setting(
        "LOCALCARE_LINKAGE_THRESHOLD",
        "0.999",
        "How sure the linkage model must be before a row without a known NHS number is linked to a person: "
        "above 0.5 up to 1; 1 switches the model off and leaves the one stated rule.",
    ),
    Setting("LOCALCARE_SUPPRESS_BELOW", "8", "Counts from 1 to one less than this are suppressed outside direct care."),
    Setting(
        "LOCALCARE_IDENTITY_QUOTA",
        "10",
        "How many people beyond their own practice somebody may ask to be identified in a week, Monday to Sunday. Each "
        "needs a second person.",
    ),
    Setting("LOCALCARE_IDENTITY_DAYS", "7", "Days for which such a release lets the one who asked see who it is."),
    Setting("LOCALCARE_ROUND_TO", "5", "Counts outside direct care are rounded to this."),
    Setting(
        "LOCALCARE_DOMINANCE_ONE",
        "0.5",
        "Outside direct care a sum of money or use is suppressed where one person accounts for more than this share.",
    ),
    Setting("LOCALCARE_DOMINANCE_TWO", "0.85", "The same for the two people who account for most of it."),
    Setting(
        "LOCALCARE_KEEP_ROWS",
        "",
        "Whether an intake keeps the accepted rows, with identities, so that a day's files can be added with `--onto`: "
        "`on` or `off`. Empty: on, except in production, where the controller first decides (see the DPIA).",
    ),
    Setting("LOCALCARE_KEPT", "", "Private folder of the rows that are kept. Empty: `kept` in LOCALCARE_DATA."),
    Setting(
        "LOCALCARE_STANDBY",
        "",
        "Private folder of the outage copy and of the spool of looks made on it. Empty: `standby` in LOCALCARE_DATA.",
    ),
    Setting(
        "LOCALCARE_OUTAGE",
        "",
        "`on`: serve the outage copy instead of the care store. `localcare outage serve` sets it; leave it out.",
    ),
    Setting(
        "LOCALCARE_OUTAGE_OLD_HOURS",
        "24",
        "From this age, in hours, every page of an outage copy warns of it in large words. None is refused for it.",
    ),
    Setting(
        "LOCALCARE_KEEP_EDITIONS",
        "14",
        "How many of the newest editions `localcare intake editions expire` leaves; pinned ones and those in use stay.",
    ),
    Setting(
        "LOCALCARE_KEEP_EDITION_DAYS",
        "0",
        "Editions dated more than this many days ago expire even when among the newest; 0: however old.",
    ),
)


def read(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All settings by name. Raises BadSetting for an unreadable or unknown site setting."""
    values = {setting.name: setting.default for setting in SETTINGS}
    data = Path(environ.get("LOCALCARE_DATA") or values["LOCALCARE_DATA"])
    values.update(_site_settings(data / "site.toml"))
    values.update({name: environ[name] for name in values if environ.get(name)})
    values["LOCALCARE_DATA"] = str(data.resolve())
    return values


def _site_settings(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        site = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path} is not valid TOML ({error}). Mend the line or delete the file.") from error
    known = {setting.name for setting in SETTINGS} - {"LOCALCARE_DATA"}
    unknown = sorted(set(site) - known)
    if unknown:
        raise BadSetting(f"{path} holds unknown settings: {', '.join(unknown)}. See docs/reference/settings.md.")
    return {name: str(value) for name, value in site.items()}


def switched(values: Mapping[str, str], name: str, *, usual: bool) -> bool:
    """Whether a switch is on; `usual` where it is not set. Raises BadSetting for anything but on or off."""
    if values[name] not in ("", "on", "off"):
        raise BadSetting(f"{name} is {values[name]!r}; use on or off, or leave it out.")
    return values[name] == "on" if values[name] else usual


def one_of(values: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    """A value from a few. Raises BadSetting for anything else, so that a slip of the pen never sets a laxer rule."""
    if values[name] not in known:
        raise BadSetting(f"{name} is {values[name]!r}; use {' or '.join(known)}.")
    return values[name]


def whole(values: Mapping[str, str], name: str, *, least: int | None = 0) -> int:
    """A whole number, `least` or more where one is given. Raises BadSetting for anything else."""
    try:
        number = int(values[name])
    except ValueError:
        raise BadSetting(f"{name} is {values[name]!r}; give a whole number.") from None
    if least is not None and number < least:
        raise BadSetting(f"{name} is {number}; give {least} or more.")
    return number


def share(values: Mapping[str, str], name: str, *, above: float) -> float:
    """A number above `above` up to 1. Raises BadSetting for anything else."""
    try:
        number = float(values[name])
    except ValueError:
        number = 0
    if not above < number <= 1:
        raise BadSetting(f"{name} is {values[name]!r}; give a number above {above} up to 1, such as 0.999.")
    return number


def database(url: str) -> dict:
    """The care store as Django names it. Raises BadSetting for an address that is none."""
    try:
        return dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as error:
        raise BadSetting("DATABASE_URL is no address of a database; write postgres://user@host/name.") from error


def check_production(values: Mapping[str, str]) -> None:
    """Refuse to start in production with demo secrets. Raises BadSetting naming each thing to mend."""
    data = Path(values["LOCALCARE_DATA"]).resolve()
    faults = []
    if len(values["LOCALCARE_SECRET_KEY"]) < 50:
        faults.append("LOCALCARE_SECRET_KEY must be set, at least 50 random characters")
    if not values["DATABASE_URL"].startswith(("postgres://", "postgresql://")):
        faults.append("DATABASE_URL must name a PostgreSQL database")
    if not values["LOCALCARE_KEYS"]:
        faults.append("LOCALCARE_KEYS must name the folder of the pseudonym keys")
    elif Path(values["LOCALCARE_KEYS"]).resolve().is_relative_to(data):
        faults.append("LOCALCARE_KEYS must lie outside LOCALCARE_DATA")
    if values["LOCALCARE_CLOCK_OFFSET_DAYS"] != "0":
        faults.append("LOCALCARE_CLOCK_OFFSET_DAYS must be 0")
    if (data / "demo.json").exists():
        faults.append("LOCALCARE_DATA holds a demo installation; name an empty folder")
    if faults:
        raise BadSetting("Localcare will not start in production:\n- " + "\n- ".join(faults))


def reference() -> str:
    """The settings as the page of `docs/reference` that lists them."""
    lines = [
        "# Settings",
        "",
        "Each is read from the process environment, else from `site.toml` in the data folder, else its default holds.",
        "Made from `localcare.config.environment` by `localcare settings --reference`; a test keeps the two alike.",
        "",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{s.name}` | {f'`{s.default}`' if s.default else 'empty'} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(lines) + "\n"
