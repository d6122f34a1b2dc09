"""`tallyman papers learn-cargo`: what loads of each heading look like, from a site's history."""

from __future__ import annotations

import sys
from collections import Counter

from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, err, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.papers_wiring import open_papers
from service.usecases.learn_cargo import learn_cargo
from vision.xray.cargo_library import write_library

_ME = Caller(name="command line", role=Role.ADMIN)


def learn(as_json: JsonOption = False) -> None:
    """References for goods by their looks: released inspections of one declared heading.

    Written to cargo_library.json in the data folder, which a service reads when it starts.
    """
    settings = Settings()
    with open_papers(settings) as papers:
        library = learn_cargo(repository=papers.desk.repository, caller=_ME)
    path = settings.cargo_library_file
    write_library(path, library)
    if as_json:
        sys.stdout.write(path.read_text(encoding="utf-8") + "\n")
        return
    table = Table("Heading", "Scanner", "References", box=None)
    counts = Counter((r.heading, r.scanner) for r in library.references)
    for (heading, scanner), count in sorted(counts.items()):
        table.add_row(heading, scanner, str(count))
    out.print(table)
    err.print(f"{len(library.references)} references, in {escape(str(path))}", highlight=False)
