"""The layout engine, run by invoices.pdf as a process of its own.

In a web worker it would leave more than 100 MB of caches behind; here they end with the document, and so does
whatever a strange document makes of it. Arguments: the folder it may read, with the layout main.typ in it,
and the time of creation in Unix seconds. The PDF goes to standard output.
"""

import sys

import typst


def main() -> None:
    folder, created = sys.argv[1:]
    fonts = typst.Fonts(include_system_fonts=False)  # its own ones: the same page on every machine
    pdf = typst.compile(
        f"{folder}/main.typ", root=folder, font_paths=fonts, format="pdf", timestamp=int(created)
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
