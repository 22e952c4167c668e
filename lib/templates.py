"""Templates are indented for those who read them; pages are not."""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

_INDENTED = re.compile(r"(?<=[>}])[ \t]*\n\s*(?=[<{])")


class Loader(FilesystemLoader):
    """Leaves one line break between tags where there were several, or an indentation; words are never
    touched."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return _INDENTED.sub("\n", contents) if str(origin.name).endswith(".html") else contents
