"""`tallyman papers learn-masses`: what one unit of each heading weighs, from a site's history."""

from __future__ import annotations

import sys

from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, err, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.nomenclature.mass_file import FILE_NAME, write_learnt
from service.papers_wiring import open_papers
from service.usecases.learn_masses import learn_masses

_ME = Caller(name="command line", role=Role.ADMIN)


def learn(as_json: JsonOption = False) -> None:
    """Mass per unit of each heading from the papers of released inspections, for later checks.

    Written to unit_mass.json in the data folder; a heading with fewer than 30 lines is left out.
    """
    settings = Settings()
    with open_papers(settings) as papers:
        learnt = learn_masses(
            repository=papers.desk.repository, assembler=papers.desk.assembler, caller=_ME
        )
    path = settings.data_dir / FILE_NAME
    write_learnt(path, learnt)
    if as_json:
        sys.stdout.write(path.read_text(encoding="utf-8"))
        return
    table = Table("Heading", "Unit", "1 %", "Median", "99 %", "Lines", "Left out", box=None)
    for goods in learnt.values():
        if (known := goods.unit_kg) is not None:
            kilograms = (f"{value:.3g} kg" for value in (known.p1, known.p50, known.p99))
            counts = (str(known.count), str(known.left_out))
            table.add_row(goods.heading, goods.unit, *kilograms, *counts)
    out.print(table)
    err.print(f"{len(learnt)} headings, in {escape(str(path))}", highlight=False)
