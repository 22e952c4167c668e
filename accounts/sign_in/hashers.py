from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id at 19 MiB, time cost 2, parallelism 1 (OWASP's recommendation).

    Django's default takes 100 MiB a hash, so that a burst of sign-ins exhausts the memory of the web workers.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
