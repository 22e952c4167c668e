"""The PostgreSQL that runs when nobody configured one: binaries from a wheel, data in a folder, a unix socket
only."""
