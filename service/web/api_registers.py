"""`/v1/inspections/{id}/registers`: what registers were asked, what they said, and hits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from service.usecases.see_hit import see_hit
from service.web.addresses import InspectionId
from service.web.auth import Decider, Reader
from service.web.register_schemas import QuestionOut, RegistersOut, question_out
from service.web.wiring import UsesServices

router = APIRouter(prefix="/v1/inspections/{inspection_id}/registers", tags=["registers"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="of the question")]


@router.get("", response_model=RegistersOut)
def get_registers(
    inspection_id: InspectionId, caller: Reader, services: UsesServices
) -> RegistersOut:
    """Every question that follows from the inspection, with its answer or why there is none.

    A register that is silent, slow, broken or lying cannot tell; it is asked again by itself, ever
    later, and then only by a person. The inspection is judged again whenever one has answered.
    """
    desk = services.registers
    return RegistersOut(
        inspection_id=inspection_id,
        configured=[named.name for named in desk.configured],
        questions=[
            question_out(question, caller=caller)
            for question in desk.questions(inspection_id, caller=caller)
        ],
    )


@router.post("/{number}/ask", status_code=202, response_model=QuestionOut)
def ask_again(
    inspection_id: InspectionId, number: Number, caller: Decider, services: UsesServices
) -> QuestionOut:
    """Have a question asked again, in your name; the answer follows."""
    question = services.registers.ask_again(inspection_id, number, caller=caller)
    return question_out(question, caller=caller)


@router.post("/{number}/view", status_code=201, response_model=QuestionOut)
def view_hit(
    inspection_id: InspectionId, number: Number, caller: Decider, services: UsesServices
) -> QuestionOut:
    """Agree to see the details of a hit. They open once two different persons have agreed, for
    those who have; each asking is in the audit log.
    """
    question = see_hit(inspection_id, number, caller=caller, desk=services.registers)
    return question_out(question, caller=caller)
