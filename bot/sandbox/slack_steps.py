"""Workflow Builder as far as an app sees it: its steps begin, and it ends each of them once."""

from typing import Any

from bot.domain.workflow import FORMS, Form
from bot.domain.workflow_inputs import is_of_kind
from bot.sandbox.slack_call import TIER_3, ApiCall, Method
from bot.sandbox.slack_entities import Draft, Fields, RefusedError, RunningStep
from bot.sandbox.workspace import Workspace

_WORKFLOW_TOKEN = "xwfp-sandbox"  # noqa: S105 - comes with every step, and nobody should keep it


def begun(workspace: Workspace, callback_id: str, inputs: Fields, user: str) -> RunningStep:
    """A workflow has come to a step."""
    step = RunningStep(workspace.fresh_id("Fx"), callback_id, workspace.user(user).id, inputs)
    workspace.steps[step.id] = step
    workspace.note("step", step=step.id, callback=callback_id, user=user)
    return step


def event(workspace: Workspace, step: RunningStep) -> Fields:
    """What the app is told of it."""
    form = FORMS.get(step.callback_id)
    return {
        "function": {
            "id": f"Fn{step.callback_id}",
            "callback_id": step.callback_id,
            "title": form.title if form else step.callback_id,
            "description": form.says if form else "",
            "type": "app",
            "input_parameters": _parameters(form, "inputs"),
            "output_parameters": _parameters(form, "outputs"),
            "app_id": workspace.app,
            "date_created": 1_700_000_000,
            "date_updated": 1_700_000_000,
            "date_deleted": 0,
        },
        "inputs": step.inputs,
        "function_execution_id": step.id,
        "workflow_execution_id": f"Wx{step.id}",
        "bot_access_token": _WORKFLOW_TOKEN,
    }


def _parameters(form: Form | None, which: str) -> list[Fields]:
    return [
        {
            "type": each.kind.value,
            "name": each.name,
            "title": each.title,
            "description": each.says,
            "is_required": each.required,
        }
        for each in (getattr(form, which) if form else ())
    ]


def complete(call: ApiCall) -> Fields:
    """functions.completeSuccess: the step has these outputs."""
    step = _running(call)
    outputs = call.structure("outputs", "invalid_arguments")
    problems = _misfits(step, outputs)
    if problems:
        raise RefusedError("parameter_validation_failed", response_metadata={"messages": problems})
    step.outputs = dict(outputs)
    call.workspace.note("step_completed", step=step.id, outputs=step.outputs)
    _go_on(call.workspace, step, str(step.outputs.get("summary", "")))
    return {}


def fail(call: ApiCall) -> Fields:
    """functions.completeError: the step went wrong, which its people are told."""
    step = _running(call)
    step.error = call.needed("error")
    call.workspace.note("step_failed", step=step.id, error=step.error)
    _go_on(call.workspace, step, f"The workflow failed: {step.error}")
    return {}


def _go_on(workspace: Workspace, step: RunningStep, says: str) -> None:
    """What the workflow does next, if it does anything."""
    if step.then_posts_to is not None:
        workspace.post(step.then_posts_to, "USLACKBOT", Draft(says))


def _running(call: ApiCall) -> RunningStep:
    step = call.workspace.steps.get(call.needed("function_execution_id"))
    if step is None:
        raise RefusedError("function_execution_not_found")
    if not step.is_running:
        raise RefusedError("execution_not_in_running_state")
    return step


def _misfits(step: RunningStep, outputs: Any) -> list[str]:  # noqa: ANN401 - JSON, checked here
    """What is wrong with outputs by what the manifest promises of the step."""
    form = FORMS.get(step.callback_id)
    if form is None or not isinstance(outputs, dict):
        return ["/outputs: must be an object of a known step"]
    promised = {each.name: each for each in form.outputs}
    missing = [
        f"/outputs/{name}: is missing" for name, each in promised.items() if each.required and name not in outputs
    ]
    odd = [f"/outputs/{name}: was not promised" for name in outputs if name not in promised]
    wrong = [
        f"/outputs/{name}: must be {promised[name].kind.value}"
        for name, value in outputs.items()
        if name in promised and not is_of_kind(promised[name].kind, value)
    ]
    return missing + odd + wrong


METHODS = {
    "functions.completeSuccess": Method(complete, (), TIER_3),
    "functions.completeError": Method(fail, (), TIER_3),
}
