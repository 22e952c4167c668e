"""Rules of the house that a machine can check."""

import ast
import itertools
import re
import warnings
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin

from accounts.scoping import RecordType, ScopedQuerySet, record_types
from records.surfaces import surfaces
from tests.house import FEATURES, FLOORS, GROUND, INSTALLED, PACKAGES, ROOT, SHELL, broken, folder, imports

GATED = {
    model.__name__
    for model in apps.get_models()
    if model._meta.app_config.name in PACKAGES and hasattr(model.objects, "visible_to")
}
"""Models whose rows a contact sees through ``visible_to`` alone."""


def sources(*patterns: str) -> Iterator[Path]:
    for package in sorted(PACKAGES):
        for pattern in patterns:
            yield from (
                path for path in sorted(folder(package).glob(pattern)) if "migrations" not in path.parts
            )


def named(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((str(path.relative_to(ROOT)), path) for path in files)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


STAFF_FORMS = ("cases/forms/agents.py", "cases/forms/composing.py", "cases/forms/desk.py")
"""Of the administration, which shows all rows."""


def view_files() -> list[Path]:
    """What answers requests, and what shows rows in between."""
    single = ("views.py", "case_page.py", "forms.py", "listing.py", "pages.py", "context_processors.py")
    around = ("site/navigation.py", "history/timeline.py")
    found = sources(*single, *around, "views/**/*.py", "forms/**/*.py", "display/**/*.py")
    return [path for path in found if path.relative_to(ROOT).as_posix() not in STAFF_FORMS]


RELATED = {
    relation.get_accessor_name()
    for model in apps.get_models()
    for relation in model._meta.related_objects
    if relation.related_model.__name__ in GATED and not relation.hidden
}
"""Ways from another row to gated rows, such as ``case.messages`` (internal notes among them)."""


def unscoped_reads(tree: ast.AST) -> Iterator[str]:
    """``Model.objects.something(...)`` where the model is gated, or is whichever a variable holds, and
    something is not ``visible_to``; and ways around it."""
    for node in ast.walk(tree):
        found = past_the_manager(node) or through_a_shortcut(node) or through_a_relation(node)
        if found:
            yield f"line {node.lineno}: {found}"


def past_the_manager(node: ast.AST) -> str:
    match node:
        case ast.Attribute(
            value=ast.Attribute(value=ast.Name(id=model), attr="objects" | "_default_manager"), attr=method
        ):
            is_gated = model in GATED or model[0].islower()
            return f"{model}.objects.{method}" if is_gated and method not in ("visible_to", "none") else ""
    return ""


def through_a_shortcut(node: ast.AST) -> str:
    match node:
        case ast.Call(
            func=ast.Name(id="get_object_or_404" | "get_list_or_404" as shortcut),
            args=[ast.Name(id=model), *_],
        ):
            return f"{shortcut}({model})" if model in GATED else ""
    return ""


def through_a_relation(node: ast.AST) -> str:
    match node:
        case ast.Attribute(value=ast.Attribute(attr=relation), attr=method) if relation in RELATED:
            return f".{relation}.{method}"
    return ""


ALLOWED = {
    (
        "records/display/page.py",
        "Activity.objects.filter",
    ),  # of one record that was fetched through visible_to, customers' verbs only
    (
        "cases/forms/conduct.py",
        "Contact.objects.of_account",
    ),  # colleagues to ask to join: who may write in the case may name them
    (
        "portal/views/log.py",
        "Activity.objects.about_people",
    ),  # a gate of its own: the lines of the manager's account
    (
        "forums/views.py",
        ".topics.with_authors",
    ),  # of a forum that was fetched through visible_to; its topics are as visible
    ("forums/views.py", ".posts.for_reading"),
    ("forums/views.py", ".posts.replies"),
}


def test_every_app_of_the_project_is_checked_as_the_others_are():
    """Those that Django loads from its folder, and the ground, which has no models."""
    loaded = {config.name for config in apps.get_app_configs() if Path(config.path) == folder(config.name)}
    assert loaded == set(INSTALLED) == set(PACKAGES) - {GROUND}
    shipped = {path.parent.name for path in ROOT.glob("*/apps.py")} | {GROUND}
    assert shipped == {package for package in PACKAGES if "." not in package}


def test_a_call_that_is_out_of_date_is_an_error_in_every_package():
    for package in PACKAGES:
        with pytest.raises(DeprecationWarning):
            warnings.warn_explicit("old", DeprecationWarning, "models.py", 1, f"{package}.models", {})


def test_no_import_goes_against_the_layers():
    assert [contract.name for contract, _ in broken(imports())] == []


def test_an_import_against_the_layers_is_seen_in_every_feature():
    """From a feature to the next, to the shell and to a room above; from the floors below to it."""
    graph, names = imports(), itertools.cycle(FEATURES)
    next(names)
    for feature, other in zip(FEATURES, names, strict=False):
        for importer, imported in (
            (f"{feature}.models", f"{other}.surface"),
            (f"{feature}.surface", f"{SHELL}.urls"),
            (f"{feature}.models", f"{feature}.surface"),
            ("records.talk", f"{feature}.surface"),
            (GROUND, f"{feature}.models"),
        ):
            wrong = deepcopy(graph)
            wrong.add_import(importer=importer, imported=imported)
            assert list(broken(wrong)) != [], f"{importer} imports {imported}"


NAMES_FEATURES = {
    "portal/settings.py",
    "portal/urls.py",
    "portal/admin/case_articles.py",  # where two features meet
}


def words_for_features() -> re.Pattern[str]:
    """The name of a feature or of one of its types, alone or before an address, a module, a verb."""
    folders = "|".join(feature.rpartition(".")[2] for feature in FEATURES)
    types = "|".join(one.name for one in surfaces() if one.model._meta.app_config.name in FEATURES)
    return re.compile(rf"/?({folders})([:./][\w/:.<>-]*)?|({types})(\.\w+)?")


def words_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) | ast.ImportFrom(module=str(text)) | ast.alias(name=text):
                yield text


def test_settings_and_urls_alone_name_a_feature_outside_its_folder():
    """Whatever the shell and the floors know of it, it declares."""
    words, found = words_for_features(), set()
    for package in (SHELL, *FLOORS, GROUND):
        for path in folder(package).rglob("*.py"):
            if "migrations" not in path.parts:
                texts = words_in(parsed(path))
                found |= {path.relative_to(ROOT).as_posix() for text in texts if words.fullmatch(text)}
    assert found == NAMES_FEATURES


def test_no_template_of_the_shell_leads_to_a_feature_by_name():
    """What a feature shows lies in a folder of its name."""
    folders = {feature.rpartition(".")[2] for feature in FEATURES}
    for path in (ROOT / "templates").rglob("*.*"):
        if not folders & set(path.parts):
            led = re.findall(r"""{% url ["'](\w+):""", path.read_text())
            assert not folders & set(led), path


def test_the_gated_models_are_those_that_customers_own_or_read():
    assert {
        "Case",
        "CaseMessage",
        "Attachment",
        "Invoice",
        "Article",
        "Forum",
        "Topic",
        "Post",
        "Contact",
        "Activity",
    } <= GATED


def test_no_view_reads_a_gated_model_past_its_gate():
    found = [
        f"{name}: {read}"
        for name, path in named(view_files())
        for read in unscoped_reads(parsed(path))
        if (name, read.split(": ")[1]) not in ALLOWED
    ]
    assert found == []


def test_the_check_itself_sees_an_unscoped_read():
    assert list(unscoped_reads(ast.parse("Case.objects.filter(pk=1)"))) == ["line 1: Case.objects.filter"]
    assert list(unscoped_reads(ast.parse("get_object_or_404(Case, pk=1)"))) == [
        "line 1: get_object_or_404(Case)"
    ]
    assert list(unscoped_reads(ast.parse("case.messages.all()"))) == ["line 1: .messages.all"]
    assert list(unscoped_reads(ast.parse("kind.objects.all()"))) == ["line 1: kind.objects.all"]
    assert list(unscoped_reads(ast.parse("Case.objects.visible_to(contact).filter(pk=1)"))) == []


def test_every_record_type_is_declared_once_on_a_scoped_model():
    declared = [
        model for model in apps.get_models() if isinstance(getattr(model, "record_type", None), RecordType)
    ]
    assert all(isinstance(model.objects.all(), ScopedQuerySet) for model in declared)
    names = [record_type.name for record_type in record_types()]
    assert len(names) == len(set(names))


def test_no_import_hides_inside_a_function_and_no_file_is_too_long():
    for name, path in named(sources("**/*.py")):
        text = path.read_text()
        functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]
        hidden = [
            inner.lineno
            for node in functions
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
        assert hidden == [], name
        assert text.count("\n") <= 400, name
        assert "@receiver" not in text, name


def test_jobs_are_deferred_by_the_transaction_that_needs_them():
    """procrastinate's own ``defer`` commits at once when it is called in the worker (lib.jobs)."""
    for path in sources("**/*.py"):
        text = path.read_text()
        if path.name != "tasks.py" and path.relative_to(ROOT).as_posix() not in (
            "lib/jobs.py",
            "portal/worker.py",
        ):
            assert not re.search(
                r"procrastinate\.contrib\.django import .*\bapp\b|\.defer_async\(|configure_task", text
            ), path
        assert not re.search(r"\bdefer_async\(|[a-z_]+\.defer\(\w+=", text) or path.name == "jobs.py", path


def test_templates_hold_no_inline_script_or_style_and_ask_no_permission():
    for path in (ROOT / "templates").rglob("*.html"):
        if "emails" in path.parts or "email" in path.parts:
            continue
        text = path.read_text()
        where = str(path.relative_to(ROOT))
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), where
        assert not re.search(r"\sstyle=|\son[a-z]+=\"", text), where
        assert not re.search(r"\b(perms|grants|role_ids|visible_to)\b", text), where
        assert not re.search(r"""(src|href|action)=["']https?://""", text), where


WRITERS = {
    "lib/markdown.py",  # cleaned(), for what Markdown became when it was written
    "portal/frame.py",  # what a template drew once, for all who see the same
    "portal/views/errors.py",  # a stylesheet of ours
    "cases/display/promise_line.py",  # its formats are translated sentences
}
"""Where text is called HTML. Everywhere else templates and format_html escape it."""

AS_HTML = ("mark_safe", "SafeString", "SafeText", "SafeData", "html_safe", "safe")
FORMATS = ("format_html", "format_html_join")


def unescaped(tree: ast.AST) -> Iterator[str]:
    """Calls that take a text for HTML, and HTML formats that are no literals."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        formats = node.args[:2] if name == "format_html_join" else node.args[:1] if name in FORMATS else []
        if name in AS_HTML or not all(isinstance(part, ast.Constant) for part in formats):
            yield f"line {node.lineno}: {name}"


def test_no_text_becomes_html_outside_the_few_places_that_answer_for_it():
    for name, path in named(sources("**/*.py")):
        found = list(unescaped(parsed(path)))
        assert (found != []) if name in WRITERS else (found == []), name


def test_where_text_is_called_html_the_line_says_why():
    """ruff sees each ``mark_safe`` (S308), but not a class that is called instead."""
    for name, path in named(sources("**/*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                assert getattr(node.func, "id", getattr(node.func, "attr", "")) not in AS_HTML[1:], name
        for line in path.read_text().splitlines():
            assert "S308" not in line or re.search(r"# noqa: S308 -- \w+", line), (name, line)


def test_the_check_of_html_itself_sees_what_is_not_escaped():
    for text in (
        "mark_safe(x)",
        "html.mark_safe(x)",
        "SafeString(x)",
        "format_html(x)",
        'format_html(f"{x}")',
        'format_html_join("", x, y)',
    ):
        assert [*unescaped(ast.parse(text))] != [], text
    for text in ('format_html("<b>{}</b>", x)', 'format_html_join("", "<li>{}</li>", y)', "escape(x)"):
        assert [*unescaped(ast.parse(text))] == [], text


def test_templates_escape_everything_but_stored_html_that_was_cleaned():
    for path in [*(ROOT / "templates").rglob("*"), *ROOT.glob("*/templates/**/*")]:
        if not path.is_file() or path.suffix == ".css":
            continue
        text, where = path.read_text(), str(path.relative_to(ROOT))
        assert not re.search(r"\|\s*(safe|safeseq)\b", text), where
        assert "autoescape off" not in text or path.suffix == ".txt", where
        assert set(re.findall(r"(\w+)\s*\|\s*cleaned\b", text)) <= {"body_html"}, where


def test_every_component_says_what_it_is_and_takes_values_only():
    for path in (ROOT / "templates" / "components").glob("*.html"):
        text = path.read_text()
        assert text.startswith("{# "), path.name
        assert "request." not in text, path.name


def crossings(model_admin: type) -> list[str]:
    """Classes that are put together of more than one ModelAdmin."""
    return [
        kind.__name__
        for kind in model_admin.__mro__
        if sum(issubclass(base, ModelAdmin) for base in kind.__bases__) > 1
    ]


def test_the_administration_of_a_model_is_put_together_of_parts_and_not_of_mixins():
    """A mixin reaches the others through ``self``; a part is read alone: see lib/admin_parts.py."""
    found = {type(one).__name__: crossings(type(one)) for one in admin.site._registry.values()}
    assert {name: crossed for name, crossed in found.items() if crossed} == {}


def test_rows_are_locked_by_the_functions_of_one_module():
    """See lib/locks.py."""
    lock = {path for path in sources("**/*.py") if "select_for_update" in path.read_text()}
    assert {path.relative_to(ROOT).as_posix() for path in lock} == {"lib/locks.py"}


def numbered_models() -> list[Any]:
    """Those of our own that keep the number of the form that made them."""
    models = [model for model in apps.get_models() if model._meta.app_config.name in PACKAGES]
    return [model for model in models if "submission" in {field.name for field in model._meta.fields}]


def test_what_a_form_makes_is_made_once_by_a_constraint_of_the_database():
    """See lib/submissions.py."""
    for model in numbered_models():
        label = model._meta.label_lower.replace(".", "_")
        assert f"{label}_sent_once" in {constraint.name for constraint in model._meta.constraints}, label


def test_a_form_has_its_number_from_one_module():
    """See lib/submissions.py."""
    define = {path for path in sources("**/*.py") if "submission = forms." in path.read_text()}
    assert {path.relative_to(ROOT).as_posix() for path in define} == {"lib/submissions.py"}
