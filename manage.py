#!/usr/bin/env python
"""Run a management command. Starts the embedded servers when no DATABASE_URL is set."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (the settings module is named first)

    from config.embedded.places import EmbeddedError  # noqa: PLC0415 (as above)

    try:
        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
