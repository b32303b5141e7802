"""The reference app with one deliberate defect each: what engineers get wrong, to try the judges.

Each file replaces one function or setting and says in its docstring the mistake, the outage that
exposes it, and the symptom. ``uvicorn squall_mutants.NAME:create_app --factory`` serves it.
Nothing in the reference app knows of them.
"""
