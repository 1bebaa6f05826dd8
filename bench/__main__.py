"""`python -m bench [NAME…] [--json]`: run the benches, each beside its peers; `--list` only names them.

A bench is a module of this package with `TITLE` and `run() -> list[Row]`. Figures are warm medians, imports excluded.
"""

import argparse
import importlib
import json
import sys
from dataclasses import asdict

BENCHES = (
    "population",
    "growth",
    "comorbidity",
    "pages",
    "kills",
    "variation",
    "effect",
    "beds",
    "siting",
    "scenario",
    "linkage",
    "daily",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; all if none is named")
    parser.add_argument("--list", action="store_true", help="name the benches and stop")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
    benches = {name: importlib.import_module(f"bench.{name}") for name in arguments.names or BENCHES}
    if arguments.list:
        print("\n".join(f"{name}: {bench.TITLE}" for name, bench in benches.items()))
        return 0
    answers = {name: [asdict(row) for row in bench.run()] for name, bench in benches.items()}
    if arguments.json:
        json.dump(answers, sys.stdout, indent=1)
    for name, rows in {} if arguments.json else answers.items():
        print(f"\n{benches[name].TITLE}")
        for row in rows:
            print("  " + "  ".join(f"{key}: {value}" for key, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
