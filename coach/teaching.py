"""A trainer's reply is to make the coach better.

Until replies are taken into the learning queue from here, the wish and its priority are kept on the escalation, in the same
transaction as the reply.
"""

from accounts.models import User
from coach.models import Escalation


def teach(escalation: Escalation, reply: str, priority: str, trainer: User) -> None:
    """Remember that `reply` shall be learnt. Behind the trainer's door, inside the transaction of the reply."""
    escalation.teach, escalation.priority = True, priority
    escalation.save(update_fields=["teach", "priority", "updated_at"])
