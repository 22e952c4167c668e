"""The agents' list of cases: /admin/desk/."""
