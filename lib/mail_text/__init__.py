"""The text of mails, whatever is done with it: headers, HTML, and what programs put around what is said."""
