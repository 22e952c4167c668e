"""The way in: networks, and signing in."""

from tests.mutation.mutant import gate
from tests.mutation.noticing import CASES, NETWORKS, POLICY, ROUTES, SCOPING, SECOND_FACTOR, VISITORS

NETWORK = [
    gate(
        "network: an address that is not listed is refused",
        "portal/middleware.py", "if not request.configuration.allows_address(request.client_ip):", "if False:", *NETWORKS,
    ),
    gate(
        "network: a client without an address is refused",
        "portal/site/configuration.py", "return not self.networks or address in self.networks",
        "return not self.networks or address is None or address in self.networks", *NETWORKS,
    ),
    gate(
        "network: headers are believed of a trusted proxy alone",
        "lib/client_ip.py", "return bool(settings.TRUSTED_PROXIES) and _peer(request) in", "return True or _peer(request) in",
        *NETWORKS, "tests/portal/test_https.py",
    ),
    gate(
        "network: the health check answers monitors alone",
        "portal/middleware.py", "if is_monitor(request) else HttpResponseNotFound()", "", *NETWORKS,
    ),
]  # fmt: skip

SIGN_IN = [
    gate(
        "sign-in: asked for by default",
        "portal/middleware.py", "return super().process_view(request, view_func, view_args, view_kwargs)", "return None", *ROUTES,
    ),
    gate(
        "sign-in: visitors pass only where they were granted the records",
        "portal/middleware.py",
        'if record_types and cast("SiteRequest", request).configuration.visitor_reads & record_types:', "if record_types:",
        *VISITORS, *ROUTES,
    ),
    gate(
        "sign-in: a session without its second factor gives it first",
        "accounts/second_factor/middleware.py", "return ask_for_code(portal_request) if is_due and not is_proved(portal_request) else None",
        "return None", *SECOND_FACTOR,
    ),
    gate(
        "sign-in: the second factor is the last step",
        "accounts/sign_in/stage.py", "if not is_asked(self.request.sign_in_policy, self.user):", "if True:", *SECOND_FACTOR,
    ),
    gate(
        "sign-in: a code asked before the password changed is void",
        "accounts/sign_in/stage.py",
        "return bool(user and user.is_active and constant_time_compare(begun_with, user.get_session_auth_hash()))",
        "return bool(user)", *SECOND_FACTOR,
    ),
    gate(
        "sign-in: the administration asks for the second factor",
        "accounts/admin_site.py", ' and may_administer(cast("PortalRequest", request))', "", *SECOND_FACTOR,
    ),
    gate(
        "sign-in: the terms come before anything else",
        "accounts/middleware.py",
        "or not policy.asks_terms_of(request.user)",
        "or True", *POLICY,
    ),
    gate(
        "sign-in: a session that is over ends",
        "accounts/middleware.py", "if policy and session_limits.is_over(request.session, policy):", "if False:", *POLICY,
    ),
    gate(
        "sign-in: whoever lost the last contact is signed out",
        "accounts/middleware.py",
        "if request.user.is_authenticated and not request.contacts and lost_access(request.user):", "if False:",
        "tests/accounts/test_users.py", "tests/accounts/test_user_admin.py", "tests/accounts/test_sign_in.py",
    ),
    gate(
        "sign-in: the password of somebody whose contacts are all switched off opens nothing",
        "accounts/sign_in/adapter.py", "if user and is_welcome and self._may_sign_in(user):", "if user and self._may_sign_in(user):",
        "tests/accounts/test_shut_out.py",
    ),
    gate(
        "sign-in: an identity of somebody whose contacts are all switched off opens nothing",
        "accounts/sign_in/adapter.py", "if user.is_active and self.is_shut_out(request, user):", "if False:", "tests/accounts/test_shut_out.py",
    ),
    gate(
        "sign-in: only an invitation that they can redeem lets them in",
        "accounts/actions/redemption.py", "if invitation is None or not invitation.is_redeemable:", "if invitation is None:",
        "tests/accounts/test_shut_out.py",
    ),
    gate(
        "sign-in: a new password is mailed to nobody who is shut out",
        "accounts/actions/forgotten_passwords.py", "if not is_shut_out(user) or may_redeem(", "if True or may_redeem(",
        "tests/accounts/test_shut_out.py", "tests/accounts/test_sign_in.py",
    ),
    gate(
        "addresses: none that could be read as another",
        "lib/mail_addresses.py", "not _ENCODED_WORD.search(local_part)", "True",
        "tests/accounts/test_mail_addresses.py", "tests/lib/test_mail_addresses.py",
    ),
    gate(
        "sign-in: a contact that was deactivated is none",
        "accounts/acting.py", "Contact.objects.usable().filter(user=user)", "Contact.objects.filter(user=user)",
        "tests/accounts/test_users.py", "tests/accounts/test_user_admin.py", *SCOPING,
    ),
    gate(
        "sign-in: a form acts for the user's own contacts alone",
        "accounts/middleware.py",
        'contact = next((contact for contact in contacts if str(contact.pk) == request.POST["acting_as"]), None)',
        'contact = Contact.objects.filter(pk=request.POST["acting_as"]).first()',
        "tests/portal/test_preferences.py", "tests/accounts/test_users.py", CASES,
    ),
    gate(
        "sign-in: a provider's word counts as it was said",
        "accounts/sign_in/social.py", "return address.verified is True and all(word is True for word in said)", "return bool(address.verified)",
        "tests/accounts/test_external_identities.py",
    ),
    gate(
        "sign-in: a form that nobody has checked changes no contact",
        "accounts/middleware.py", 'is_checked = not getattr(view, "csrf_exempt", False)', "is_checked = True",
        "tests/portal/test_preferences.py",
    ),
]  # fmt: skip
