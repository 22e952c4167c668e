"""Addresses that Django takes, or that people try, and that do not go where they seem to."""

ENCODED_WORDS = [
    "=?utf-8?q?vic=74im?=@acme.example",
    "=?utf-8?Q?victi=6D?=@acme.example",
    "=?us-ascii?q?vict=69m?=@acme.example",
    "=?utf-8?b?dmljdGlt?=@acme.example",
    "x=?utf-8?q?victim?=@acme.example",
]
OTHERS = [
    '"eve@evil.example,"@acme.example',
    '"victim"@acme.example',
    '"vic\\tim"@acme.example',
    '"a\x01b"@acme.example',
    "victim(comment)@acme.example",
    "victim@acme.example(comment)",
    "victim@(comment)acme.example",
    "<victim@acme.example>",
    "Victim <victim@acme.example>",
    "victim@acme.example,eve@evil.example",
    "vic\x00tim@acme.example",
    "vic\ttim@acme.example",
    "victim\r\nbcc:eve@evil.example",
    "vi\u017ftim@acme.example",
    "víctim@acme.example",
    "victim@[192.0.2.1]",
    "victim@acme..example",
    "victim@@acme.example",
    "@acme.example",
    "victim",
]
HOSTILE = ENCODED_WORDS + OTHERS
