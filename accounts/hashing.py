"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's first recommended setting (19 MiB, two passes, one lane).

    Django's own takes 100 MiB and eight lanes for each sign-in: ten people at once would fill a small server.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
