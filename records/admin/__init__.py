from records.admin import inbound  # noqa: F401
