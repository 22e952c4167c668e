"""What a new case costs, in the words of the support contract that it draws from."""

from dataclasses import dataclass
from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from cases.models import CaseDesk, Entitlement


@dataclass(frozen=True)
class CostLine:
    text: str
    tone: str = "info"
    """``info``, ``warning`` (overdrawn) or ``danger``: no case can be opened."""

    @property
    def is_refusal(self) -> bool:
        return self.tone == "danger"


def cost_line(entitlement: Entitlement | None, desk: CaseDesk, account: Account | None) -> CostLine | None:
    """``entitlement`` as entitlement_for finds it. None: it costs nothing."""
    if entitlement is None:
        refusal = _("No support contract covers this. %(whom)s") % {"whom": _whom_to_ask(account)}
        return CostLine(refusal, "danger") if desk.needs_entitlement else None
    if entitlement.remaining > 0 and entitlement.takes_another_case:
        return CostLine(_uses(entitlement, entitlement.remaining))
    words = {"contract": entitlement.name}
    if entitlement.takes_another_case:
        return CostLine(
            _("%(contract)s is used up. You can still open this case, but it will overdraw the contract.")
            % words,
            "warning",
        )
    return CostLine(
        _("%(contract)s is used up, so no more cases can be opened. %(whom)s")
        % {**words, "whom": _whom_to_ask(account)},
        "danger",
    )


def _uses(entitlement: Entitlement, remaining: Decimal) -> str:
    words = {"remaining": floatformat(remaining, -2), "contract": entitlement.name}
    if entitlement.unit == Entitlement.Unit.HOURS:
        text = ngettext(
            "Time spent on this case is deducted from %(contract)s: %(remaining)s hour remains.",
            "Time spent on this case is deducted from %(contract)s: %(remaining)s hours remain.",
            1 if remaining == 1 else 2,
        )
    elif entitlement.consumed_on == Entitlement.Moment.OPENING:
        text = ngettext(
            "This case uses the last remaining case of %(contract)s.",
            "This case uses 1 of %(remaining)s remaining cases of %(contract)s.",
            1 if remaining == 1 else 2,
        )
    else:
        text = _("When resolved, this case uses 1 of %(remaining)s remaining cases of %(contract)s.")
    return text % words


def _whom_to_ask(account: Account | None) -> str:
    manager = account.account_manager if account else None
    if manager is None:
        return _("Please contact your account manager.")
    return _("Please contact %(name)s, %(email)s.") % {
        "name": manager.get_full_name() or manager.email,
        "email": manager.email,
    }
