"""The administration, and the preview of what a contact sees."""

from tests.mutation.mutant import gate

REFUSAL = "        if not self.has_view_permission(request{}):\n            raise PermissionDenied\n"
STAFF = [
    gate("staff: check of an address", "portal/admin/networks.py", REFUSAL.format(""), "", "tests/portal/test_networks_admin.py"),
    gate(
        "staff: finding records and settings", "lib/admin_find.py",
        " if found.has_view_or_change_permission(request))", ")", "tests/portal/test_staff_shell.py",
    ),
    gate(
        "staff: the menu", "lib/admin_places.py", "return model_admin.has_view_or_change_permission(request)", "return True",
        "tests/portal/test_staff_shell.py",
    ),
    gate("staff: overview of all roles", "accounts/admin/roles.py", REFUSAL.format(""), "", "tests/accounts/test_role_admin.py"),
    gate("staff: preview of a page", "portal/admin/pages.py", REFUSAL.format(", page"), "", "tests/portal/test_pages_admin.py"),
    gate(
        "staff: preview of what is typed",
        "portal/admin/pages.py",
        "        if not (self.has_add_permission(request) or self.has_change_permission(request)):\n            raise PermissionDenied\n",
        "", "tests/portal/test_pages_admin.py",
    ),
    gate(
        "staff: texts are read by those who may",
        "portal/admin/snippets.py", REFUSAL.format("") + "        default =", "        default =", "tests/portal/test_snippets.py",
    ),
    gate(
        "staff: texts are listed for those who may",
        "portal/admin/snippets.py", REFUSAL.format("") + "        form =", "        form =", "tests/portal/test_snippets.py",
    ),
    gate(
        "staff: texts are written by those who may",
        "portal/admin/snippets.py", "            if not self._may_write(request, name):\n                raise PermissionDenied\n", "",
        "tests/portal/test_snippets.py",
    ),
]  # fmt: skip

ACCESS = "tests/portal/test_access_admin.py"
STAFF += [
    gate(
        "staff: reports on access are for those who may see contacts and roles",
        "portal/admin/access.py", "if not may_read_reports(request.user):", "if False:", ACCESS,
    ),
    gate(
        "staff: reports on access need both permissions",
        "portal/access/links.py", "return bool(user.has_perms(NEEDED))", "return any(user.has_perm(name) for name in NEEDED)", ACCESS,
    ),
    gate(
        "staff: a change of access is saved when its effect was shown",
        "portal/admin/asking.py", 'is_same = constant_time_compare(request.POST.get(SEAL, ""), _seal(request, impact))', "is_same = True",
        ACCESS, "tests/portal/test_access_impact.py",
    ),
    gate(
        "staff: what is opened to visitors is ticked knowingly",
        "portal/admin/asking.py", "return is_same and (not impact.exposes_to_visitors or EXPOSES in request.POST)", "return is_same",
        ACCESS, "tests/portal/test_access_impact.py",
    ),
]  # fmt: skip

PREVIEWS = ("tests/accounts/test_preview.py", "tests/accounts/test_preview_pages.py")
PREVIEW = [
    gate(
        "preview: forms are refused",
        "accounts/preview/middleware.py", "if request.method not in SAFE or request", "if request", *PREVIEWS,
    ),
    gate(
        "preview: no records are taken out",
        "accounts/preview/middleware.py", " or request.path_info.endswith(RECORDED):", ":", *PREVIEWS,
    ),
    gate(
        "preview: what staff look at is still new to the contact",
        "records/views/conversation.py", "if request.preview is None:", "if True:", *PREVIEWS,
    ),
    gate(
        "preview: pages about whoever is signed in are not the contact's",
        "accounts/preview/middleware.py", "if request.path_info.startswith(PERSONAL):", "if False:", *PREVIEWS,
    ),
    gate(
        "preview: the database refuses writes",
        "accounts/preview/middleware.py", 'cursor.execute("SET TRANSACTION READ ONLY")', 'cursor.execute("SELECT 1")', *PREVIEWS,
    ),
    gate(
        "preview: ends after half an hour",
        "accounts/preview/middleware.py", "if preview.is_over or not may_preview(request):", "if not may_preview(request):", *PREVIEWS,
    ),
    gate(
        "preview: asks for the right with every page",
        "accounts/preview/middleware.py", "if preview.is_over or not may_preview(request):", "if preview.is_over:", *PREVIEWS,
    ),
    gate(
        "preview: is for staff",
        "accounts/preview/session.py", "bool(user.is_staff and user.has_perm(PERMISSION)", "bool(user.has_perm(PERMISSION)", *PREVIEWS,
    ),
    gate(
        "preview: needs the permission",
        "accounts/preview/session.py", "user.is_staff and user.has_perm(PERMISSION) and", "user.is_staff and", *PREVIEWS,
    ),
    gate(
        "preview: needs the second factor",
        "accounts/preview/session.py", ' and may_administer(cast("PortalRequest", request)))', ")", *PREVIEWS,
    ),
    gate(
        "preview: a contact that was deactivated is shown as none",
        "accounts/preview/middleware.py", "request.contact = preview.contact if preview.contact.is_usable else None",
        "request.contact = preview.contact", *PREVIEWS,
    ),
]  # fmt: skip
