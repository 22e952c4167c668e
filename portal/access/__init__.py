"""Who can see what, and why: reports for administrators. They ask the gates themselves and hold no rules of
their own."""
