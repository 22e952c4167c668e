import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.access.exposure import Exposure, exposure, growth, snapshot
from portal.access.rights import Rights


class Command(BaseCommand):
    help = (
        "What visitors, new registrants and each role can see. --check fails if that is more than was agreed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--check",
            type=Path,
            metavar="FILE",
            help="Compare rights and pages with what --write stored there.",
        )
        parser.add_argument(
            "--write",
            type=Path,
            metavar="FILE",
            help="Store rights and pages there, as what is agreed from now on.",
        )

    def handle(self, *args: Any, check: Path | None, write: Path | None, **options: Any) -> None:
        rights = Rights.now()
        if write:
            write.write_text(json.dumps(snapshot(rights), indent=2, ensure_ascii=False) + "\n")
            self.stdout.write(f"Written: {write}")
        elif check:
            self._check(check, rights)
        elif options["format"] == "json":
            self.stdout.write(json.dumps(_as_json(exposure(rights)), indent=2, ensure_ascii=False))
        else:
            self._print(exposure(rights))

    def _check(self, file: Path, rights: Rights) -> None:
        try:
            agreed = json.loads(file.read_text())
            more = growth(agreed, snapshot(rights))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        if more:
            raise CommandError("More is exposed than was agreed:\n" + "\n".join(f"  {line}" for line in more))
        self.stdout.write(self.style.SUCCESS("No more is exposed than was agreed."))

    def _print(self, report: Exposure) -> None:
        """One block for each reader: with many roles a table is too wide for a terminal."""
        for number, column in enumerate(report.columns):
            self.stdout.write(self.style.MIGRATE_HEADING(column.name))
            for label, cells in report.records:
                cell = cells[number]
                self.stdout.write(f"  {label:24} {cell.count:>9}  {cell.scope or '-'}")
            opening = [path for path, opens in report.pages if opens[number]]
            self.stdout.write(f"  Pages: {' '.join(opening) or '-'}")


def _as_json(report: Exposure) -> dict[str, Any]:
    return {
        column.name: {
            "records": {
                label: {"rows": cells[number].count, "scope": cells[number].scope}
                for label, cells in report.records
            },
            "pages": [path for path, opens in report.pages if opens[number]],
        }
        for number, column in enumerate(report.columns)
    }
