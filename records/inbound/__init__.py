"""Answers by mail: how a message arrives (mailbox, webhook), what it says, and which case it belongs to."""
