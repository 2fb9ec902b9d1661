"""GL journals as the district's feeders send them: school nutrition, payroll costing, transport, activity funds."""

from __future__ import annotations

import random
from datetime import date

from test_suites.payloads.sources import Records, Row, account_at, accounts, chance, money, period


def line(account: tuple[str, ...], when: date, journal: str, text: str, **more: str | None) -> Row:
    """One journal line of the district's ledger; ``more`` sets or overrides columns."""
    segments = {f"SEGMENT{at}": value for at, value in enumerate(account, start=1)}
    return {
        "STATUS": "NEW",
        "LEDGER_NAME": "District Ledger",
        "ACCOUNTING_DATE": when.isoformat(),
        "USER_JE_SOURCE_NAME": "Payroll",
        "USER_JE_CATEGORY_NAME": "Payroll",
        "CURRENCY_CODE": "USD",
        "DATE_CREATED": when.isoformat(),
        "ACTUAL_FLAG": "A",
        **segments,
        "REFERENCE4": journal,
        "REFERENCE10": text,
        "PERIOD_NAME": period(when),
        **more,
    }


def nutrition(when: date, group: str, lines: int) -> Records:
    """Daily meals of the schools: receipts against cash, one journal per ten schools, about ``lines`` lines."""
    draw = chance(f"nutrition {when} {group}")
    head = {"USER_JE_SOURCE_NAME": "School Nutrition", "USER_JE_CATEGORY_NAME": "Nutrition Sales", "GROUP_ID": group}
    head["REFERENCE1"] = f"NUTRITION {when}"
    sales = [one for one in accounts("5", "4310", "035", "000") if one[4] < "477"]
    records: list[Row] = []
    for at, sale in enumerate(sales[: lines // 2]):
        journal = f"MEALS-{when:%m%d}-{at // 10 + 1:02d}"
        amount = money(draw, 180, 2400)
        cash = account_at(sale[4], "5", "1110", "000", "000")
        records.append(line(cash, when, journal, f"Meal receipts site {sale[4]}", ENTERED_DR=amount, **head))
        records.append(line(sale, when, journal, f"Meal sales site {sale[4]}", ENTERED_CR=amount, **head))
    return {"gl": records}


def payroll(when: date, group: str, lines: int) -> Records:
    """Payroll costing: salaries and employer taxes of the schools against accrued payroll, 40 lines a journal."""
    draw = chance(f"payroll {when} {group}")
    costs = [
        *accounts("1", "5110", "001", "121"),
        *accounts("1", "5110", "001", "211"),
        *accounts("1", "5110", "001", "221"),
        *accounts("1", "5110", "027", "142"),
        *accounts("2", "6540", "801", "173"),
    ]
    head: Row = {"REFERENCE1": f"PAYROLL {when:%Y-%m}", "GROUP_ID": group}
    records: list[Row] = []
    while len(records) < lines:
        journal = f"PAY-{when:%m}-{len(records) // 40 + 1:04d}"
        records += _costing(draw, costs, when, journal, min(40, lines - len(records)), head)
    return {"gl": records}


def _costing(
    draw: random.Random, costs: list[tuple[str, ...]], when: date, journal: str, lines: int, head: Row
) -> list[Row]:
    """``lines`` lines of one journal: expenses, and one credit to accrued payroll of each fund that they touch."""
    debits: list[Row] = []
    owed: dict[str, int] = {}
    for number in range(lines - 2):
        account = draw.choice(costs)
        cents = draw.randrange(9_000, 620_000)
        owed[account[0]] = owed.get(account[0], 0) + cents
        text = f"Salary and benefits, cost {journal[-4:]}-{number + 1:02d}"
        debits.append(line(account, when, journal, text, ENTERED_DR=f"{cents / 100:.2f}", **head))
    total = sum(owed.values())
    first = total // 2 // 100 * 100
    accrued = account_at("304", "1", "2110", "000", "000")
    halves = ((first, "Accrued net pay"), (total - first, "Accrued withholdings"))
    credits = [line(accrued, when, journal, text, ENTERED_CR=f"{cents / 100:.2f}", **head) for cents, text in halves]
    return [*debits, *credits]


def transport(when: date, group: str, lines: int) -> Records:
    """Fuel and parts of the bus garages, and activity funds of the schools."""
    draw = chance(f"transport {when} {group}")
    buses: Row = {
        "USER_JE_SOURCE_NAME": "Transportation", "USER_JE_CATEGORY_NAME": "Transportation",
        "REFERENCE1": f"TRANSPORT {when}", "GROUP_ID": group,
    }  # fmt: skip
    clubs: Row = {
        "USER_JE_SOURCE_NAME": "Activity Funds", "USER_JE_CATEGORY_NAME": "Activity Funds",
        "REFERENCE1": f"ACTIVITY {when}", "GROUP_ID": group,
    }  # fmt: skip
    records: list[Row] = []
    garage = [one for one in accounts("2", "6580", "801", "325") if one[4] < "477"]
    for at, cost in enumerate(garage[: lines // 4]):
        amount = money(draw, 40, 900)
        journal = f"BUS-{when:%m%d}-{at // 10 + 1:02d}"
        cash = account_at(cost[4], "2", "1110", "000", "000")
        records.append(line(cost, when, journal, f"Repair parts site {cost[4]}", ENTERED_DR=amount, **buses))
        records.append(line(cash, when, journal, f"Paid from local fund {cost[4]}", ENTERED_CR=amount, **buses))
    for at, club in enumerate(accounts("6", "1110", "000", "000")[: lines // 4]):
        amount = money(draw, 15, 600)
        journal = f"CLUB-{when:%m%d}-{at // 10 + 1:02d}"
        owed = account_at(club[4], "6", "2410", "000", "000")
        records.append(line(club, when, journal, f"Club receipts site {club[4]}", ENTERED_DR=amount, **clubs))
        records.append(line(owed, when, journal, f"Held for clubs site {club[4]}", ENTERED_CR=amount, **clubs))
    return {"gl": records}
