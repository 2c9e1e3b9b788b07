"""`script/down`: end `script/up` if it runs, then the embedded servers. Refuses while another command uses them (--force)."""

import argparse
import sys

from config import embedded
from config.embedded import leftovers
from config.embedded.places import default_places

UP_LIMIT = 45  # seconds for `script/up` to end everything itself


def main() -> int:
    """Returns 0 when nothing runs any more."""
    parser = argparse.ArgumentParser(prog="script/down", description="Stop what this checkout runs.")
    parser.add_argument("--force", action="store_true", help="stop the servers even while another command uses them")
    force = parser.parse_args().force
    here = default_places()
    up = leftovers.read(here)
    if up:
        leftovers.end(up.supervisor, limit=UP_LIMIT)
        leftovers.end(up.processes)
        leftovers.forget(here)
    if not embedded.stop(here, even_if_used=force):
        print("PostgreSQL and Redis are used by another command. Add --force to stop them anyway.", file=sys.stderr)
        return 1
    print("Nothing of this checkout runs any more.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
