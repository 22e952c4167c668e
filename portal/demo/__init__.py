"""The demo: a believable vendor with its customers, loaded through the same actions that people use."""
