"""`tallyman papers learn-scanners`: gain and spread of each scanner's masses, by weighbridges."""

from __future__ import annotations

import sys

from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, err, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.papers_wiring import open_papers
from service.usecases.learn_scanners import learn_scanners
from vision.xray.calibration import write_learnt

_ME = Caller(name="command line", role=Role.ADMIN)


def learn(as_json: JsonOption = False) -> None:
    """How far masses by X-ray are off, from weighings of released inspections.

    Written to scanner_masses.json in the data folder, which a service reads when it starts; a
    scanner with fewer than 10 weighed scans is left out.
    """
    settings = Settings()
    with open_papers(settings) as papers:
        learnt = learn_scanners(
            repository=papers.desk.repository, assembler=papers.desk.assembler, caller=_ME
        )
    path = settings.scanner_masses_file
    write_learnt(path, learnt)
    if as_json:
        sys.stdout.write(path.read_text(encoding="utf-8"))
        return
    table = Table("Scanner", "Gain", "Spread", "Scans", box=None)
    for scanner, entry in sorted(learnt.items()):
        spread = f"{100 * entry.spread:.1f} %"
        table.add_row(scanner or "(not named)", f"{entry.gain:.3f}", spread, str(entry.scans))
    out.print(table)
    err.print(f"{len(learnt)} scanners, in {escape(str(path))}", highlight=False)
