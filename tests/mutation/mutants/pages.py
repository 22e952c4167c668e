"""Rules on pages, and what leads to them."""

from tests.mutation.mutant import gate
from tests.mutation.noticing import MENUS, PAGES, RULES

PAGE = [
    gate(
        "page: the rules on the way are asked",
        "portal/middleware.py", "site_request.configuration.may_open(request.path_info, site_request.contact):", "True:", *RULES,
    ),
    gate(
        "page: a role of each rule is needed",
        "portal/site/configuration.py", "return all(rule & roles for rule in self.rules_on(path))",
        "return not self.rules_on(path) or any(rule & roles for rule in self.rules_on(path))", *PAGES,
    ),
    gate(
        "page: rules of the pages above count",
        "portal/site/configuration.py", "return tuple(rule.roles for _path, rule in self.counting_rules(path))",
        "return tuple(rule.roles for _path, rule in self.counting_rules(path))[-1:]", *PAGES,
    ),
    gate(
        "page: rules of the page itself count below another",
        "portal/site/configuration.py", "return tuple(rule.roles for _path, rule in self.counting_rules(path))",
        "return tuple(rule.roles for _path, rule in self.counting_rules(path))[:1]", *PAGES,
    ),
    gate(
        "page: only a rule that says so reopens its branch",
        "portal/site/configuration.py", "for depth, (_path, rule) in enumerate(ruled) if rule.reopens]",
        "for depth, (_path, rule) in enumerate(ruled)]", *PAGES,
    ),
    gate(
        "page: a rule that reopens counts itself",
        "portal/site/configuration.py", "return ruled[reopened[-1] :] if reopened else ruled",
        "return ruled[reopened[-1] + 1 :] if reopened else ruled", *PAGES,
    ),
    gate(
        "page: the nearest reopening page is the one",
        "portal/site/configuration.py", "return ruled[reopened[-1] :] if reopened else ruled",
        "return ruled[reopened[0] :] if reopened else ruled", *PAGES,
    ),
    gate(
        "page: a rule whose roles are gone lets nobody in",
        "portal/site/configuration.py", "return all(rule & roles for rule in self.rules_on(path))",
        "return all(rule & roles for rule in self.rules_on(path) if rule)", *PAGES,
    ),
    gate(
        "page: files are under the rules of their records' page",
        "portal/site/configuration.py", "for step in branch(ruled_as(path)) if step in self.read_rules",
        "for step in branch(path) if step in self.read_rules", "tests/portal/test_path_variants.py",
    ),
    gate(
        "page: an address is written in one way before rules are looked up",
        "lib/paths.py", 'parts = [part for part in normalize(path).split("/") if part]',
        'parts = [part for part in path.split("/") if part]', *RULES, "tests/lib/test_paths.py",
    ),
    gate(
        "page: the right to preview is no right to read",
        "portal/site/readers.py", "return self.may_open(page) and (self.is_live(page) or self.may_preview(page))",
        "return self.may_preview(page) or (self.may_open(page) and self.is_live(page))", *PAGES,
    ),
    gate(
        "page: the right to read is no right to preview",
        "portal/site/readers.py",
        "return self.contact is not None and bool(self.configuration.previewing_roles(page.path) & self.contact.role_ids)",
        "return self.contact is not None", *PAGES,
    ),
    gate(
        "page: only what is published is read",
        "portal/site/readers.py", "return self.may_open(page) and (self.is_live(page) or self.may_preview(page))",
        "return self.may_open(page)", *PAGES,
    ),
    gate(
        "page: a draft hides its branch",
        "portal/site/configuration.py", "return all(self.pages[step].is_live(now) for step in branch(path) if step in self.pages)",
        "return self.pages[path].is_live(now)", *PAGES,
    ),
    gate("page: a draft is not published", "portal/site/sitemap.py", "return not (self.is_draft or is_over or is_early)",
         "return not (is_over or is_early)", *PAGES),
    gate("page: what is over is not published", "portal/site/sitemap.py", "return not (self.is_draft or is_over or is_early)",
         "return not (self.is_draft or is_early)", *PAGES),
    gate("page: what is early is not published", "portal/site/sitemap.py", "return not (self.is_draft or is_over or is_early)",
         "return not (self.is_draft or is_over)", *PAGES),
    gate(
        "page: an own page asks its reader",
        "portal/views/pages.py", "    if not reader.may_read(entry):\n        return _refuse(request, reader, entry)\n    return _show",
        "    return _show", *PAGES,
    ),
    gate(
        "page: a redirect tells nothing to those who may not read where it leads",
        "portal/views/pages.py", "if entry and not reader.may_read(entry):", "if False:", "tests/portal/test_redirects.py",
    ),
    gate(
        "page: another spelling tells nothing to those who may not read the page",
        "portal/views/pages.py", "if entry and reader.may_read(entry):", "if entry:", *PAGES, "tests/portal/test_redirects.py",
    ),
    gate(
        "page: menus and cards offer what the reader may open",
        "portal/site/readers.py", "if page.is_hidden or not (self.is_live(page) and self.may_open(page)):",
        "if page.is_hidden or not self.is_live(page):", *MENUS,
    ),
    gate(
        "page: menus and cards offer what is published",
        "portal/site/readers.py", "if page.is_hidden or not (self.is_live(page) and self.may_open(page)):",
        "if page.is_hidden or not self.may_open(page):", *MENUS,
    ),
    gate(
        "page: menus offer no feature whose records the reader may not read",
        "portal/site/readers.py", "return not page.record_type or self.configuration.reads(page.record_type, self.contact)",
        "return True", *MENUS,
    ),
    gate(
        "page: crumbs name what the reader may read",
        "portal/site/readers.py", "if step in pages and self.may_read(pages[step])]", "if step in pages]", *MENUS,
    ),
]  # fmt: skip
