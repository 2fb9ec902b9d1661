"""Open questions of a profile: its own, and those of the active contracts of its interfaces."""

from __future__ import annotations

from contracts import Contract, ContractError, OpenQuestions, Profile, Question, contract_ids, load


def open_questions(profile: Profile) -> OpenQuestions:
    """Return what ``questions.csv`` and the ``unconfirmed:`` of active contracts ask, the profile's own first.

    Contracts are those that an interface of the register has; one that cannot be read is left out. So the bare
    library, which has no register, asks nothing.
    """
    used = [identity for identity in contract_ids(profile) if profile.serving(identity)]
    active = [contract for identity in used if (contract := _active(identity, profile))]
    asked = [question for contract in active for question in _questions(contract, profile)]
    contracts = frozenset(contract.id for contract in active)
    return OpenQuestions(profile.name, (*profile.questions, *asked), contracts)


def _active(identity: str, profile: Profile) -> Contract | None:
    try:
        contract = load(identity, profile)
    except ContractError:  # what uses it has refused it already; `harness lint` tells why
        return None
    return contract if contract.status == "active" else None


def _questions(contract: Contract, profile: Profile) -> list[Question]:
    interfaces = tuple(row.id for row in profile.serving(contract.id))
    return [
        Question(text, contract=contract.id, concerns=concerns, interfaces=interfaces)
        for concerns, text in contract.unconfirmed
    ]
