"""The page on which agents live: /admin/desk/<number>/."""
