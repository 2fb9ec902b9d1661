"""Import Awards: awards with what hangs on them, judged by their headers. A wrong award is refused by itself.

Not decided: budget periods, whose file is not known though an award needs one (GMS_BP_ONE_EXISTS), fundings, projects,
people, certifications, keywords, terms, dates and currencies. What the three parameters of the job do is not known, so
they do nothing. Tables whose names are not known are named as their files.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from interfaces.emulator.imports.refusal import Refusal, evidence_of, offers
from interfaces.emulator.imports.single_rows import judged, log_of, reported
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

TABLE = "GMS_AWARD_HEADERS_INT"
_BESIDE = (
    "GmsAwardFundSrcInterface", "GmsAwardProjectsInterface", "GmsAwardPrjFundSrcInterface", "GmsAwardFundingInterface",
    "GmsAwardPersonnelInterface", "GmsAwardCertsInterface", "GmsAwardKeywordsInterface", "GmsAwardTermsInterface",
)  # fmt: skip

TEMPLATE = Refusal("SOURCE_TEMPLATE_NUMBER", "GMS_CAFT_SVC_INVALID_AWD_TEMPL", "known")
UNIT_REQUIRED = Refusal("BUSINESS_UNIT", "FND_CMN_REQ_ATTRIB_API_SERV", "known")
SPONSOR = Refusal("PRIMARY_SPONSOR", "The value of the attribute Primary Sponsor isn't valid.", "known")

EVIDENCE = evidence_of(TEMPLATE, UNIT_REQUIRED, SPONSOR)


def _run(call: Call) -> Done:
    new = [row for row in call.tables.interface[TABLE] if row.status == "NEW"]
    verdicts = judged(new, partial(_judge, call.setup))
    failures = sum(bool(found) for found in verdicts.values())
    totals = {
        "TOTAL_COUNT": str(len(verdicts)),
        "SUCCESS_COUNT": str(len(verdicts) - failures),
        "FAILURE_COUNT": str(failures),
        "BATCH_STATUS": "COMPLETED W/ERRORS" if failures else "COMPLETED",  # the second word was not seen
    }
    report = rows_report(reported(call, TABLE, ("AWARD_NUMBER",), verdicts), totals)
    return Done(log=log_of(JOB.name, verdicts), outputs={"xml": report})


def _judge(setup: Setup, row: Row) -> Iterator[Refusal]:
    """Yield one refusal for name and number of a sponsor together: the sentence speaks of neither."""
    if not offers(setup, "award_template", "number", row.get("SOURCE_TEMPLATE_NUMBER")):
        yield TEMPLATE
    if not row.get("BUSINESS_UNIT"):
        yield UNIT_REQUIRED
    name, number = row.get("PRIMARY_SPONSOR"), row.get("PRIMARY_SPONSOR_NUMBER")
    if not (offers(setup, "sponsors", "name", name) and offers(setup, "sponsors", "number", number)):
        yield SPONSOR


JOB = ImportJob(
    package="/oracle/apps/ess/projects/grantsManagement/award",
    definition="AwardMassImportJob",
    name="Import Awards",
    option="57",
    account="prj/grantsManagement/import",
    files={
        "GmsAwardHeadersInterface": ("GmsAwardHeadersInterface", TABLE),
        **{stem: (stem, stem) for stem in _BESIDE},
    },
    run=_run,
)
