from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.actions.sign_ins import record_identity_change
from accounts.actors import Actor
from accounts.models import SignInPolicy, User
from lib.locks import locked_by_key


class OnlyWayIn(Exception):  # noqa: N818 -- a decision, not an error
    """Without this identity the user could not sign in any more."""


@transaction.atomic
def disconnect_identity(
    *, actor: Actor, identity: SocialAccount, policy: SignInPolicy, providers: list[str]
) -> None:
    """``providers`` are the configured ones: an identity of another opens nothing. The lock keeps two tabs
    from disconnecting the last two at once."""
    user = locked_by_key(User, identity.user_id)
    others = SocialAccount.objects.filter(user=user, provider__in=providers).exclude(pk=identity.pk)
    has_password = user.has_usable_password() and policy.lets_in_by_password(user)
    if not (has_password or others.exists()):
        raise OnlyWayIn
    SocialAccount.objects.filter(pk=identity.pk).delete()
    record_identity_change(actor=actor, user=user, provider=identity.provider, is_connected=False)
