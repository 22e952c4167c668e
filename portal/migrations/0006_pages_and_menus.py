"""Pages become a tree with texts, menu entries get labels by language, redirects are new, and rules learn to reopen a branch."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import lib.addresses
import portal.models.pages
from portal import shipped

SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
"""Tables cannot be changed while checks of foreign keys that were just written wait for the end."""
TABLES = ("portal_pagetranslation", "portal_weblinktranslation", "portal_redirect")
TRIGGER = """
CREATE TRIGGER {table}_renews_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION portal_renew_configuration_revision();
"""


def plant_tree(apps, schema_editor):
    page = apps.get_model("portal", "Page")
    shipped.install_pages(page)
    page.objects.filter(path="/cases/new/").update(is_builtin=True, record_type="case")  # where an administrator had made it
    shipped.plant(page)


def change_becomes_preview(apps, schema_editor):
    apps.get_model("portal", "PageAccessRule").objects.filter(right="change").update(right="preview")


def preview_becomes_change(apps, schema_editor):
    apps.get_model("portal", "PageAccessRule").objects.filter(right="preview").update(right="change")


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_snippets_and_monitors")]

    operations = [
        migrations.CreateModel(
            name="PageTranslation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="title")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("body_html", models.TextField(blank=True, editable=False)),
            ],
            options={
                "verbose_name": "translation",
                "verbose_name_plural": "translations",
                "ordering": ["language"],
            },
        ),
        migrations.CreateModel(
            name="Redirect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_path",
                    models.CharField(
                        help_text="An address of this portal, for example /support/faq.aspx. Letter case makes no difference.",
                        max_length=300,
                        unique=True,
                        verbose_name="from",
                    ),
                ),
                (
                    "to",
                    models.CharField(
                        help_text="An address of this portal such as /help/, or https://…",
                        max_length=500,
                        validators=[lib.addresses.validate_target],
                        verbose_name="to",
                    ),
                ),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[(301, "Moved for good (301)"), (302, "For the time being (302)")], default=301, verbose_name="kind"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "redirect",
                "verbose_name_plural": "redirects",
                "ordering": ["from_path"],
            },
        ),
        migrations.CreateModel(
            name="WebLinkTranslation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("label", models.CharField(max_length=60, verbose_name="label")),
            ],
            options={
                "verbose_name": "translation",
                "verbose_name_plural": "translations",
                "ordering": ["language"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="weblink",
            name="portal_weblink_has_one_target",
        ),
        migrations.AddField(
            model_name="page",
            name="body",
            field=models.TextField(
                blank=True,
                help_text="Markdown. Headings begin with ##. [[opening-hours]] stands for the text of that name.",
                verbose_name="text",
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="body_html",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="page",
            name="hidden_from_menus",
            field=models.BooleanField(default=False, help_text="And from the cards of the page above.", verbose_name="hidden from menus"),
        ),
        migrations.AddField(
            model_name="page",
            name="is_draft",
            field=models.BooleanField(
                default=False, help_text="Nobody finds this page or a page below it, except those who may preview it.", verbose_name="draft"
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="portal.page",
                verbose_name="page above",
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=10, help_text="Among the cards of the page above: small first.", verbose_name="position"
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="published_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="published from"),
        ),
        migrations.AddField(
            model_name="page",
            name="published_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="published until"),
        ),
        migrations.AddField(
            model_name="page",
            name="slug",
            field=models.CharField(
                blank=True,
                help_text="The last part of the page's address, for example opening-hours. Empty: made from the title.",
                max_length=200,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A[a-z0-9][a-z0-9-]*\\Z", "Write small letters, digits and hyphens, for example opening-hours."
                    )
                ],
                verbose_name="address",
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="template",
            field=models.CharField(
                choices=[
                    ("standard", "Standard: text in a column that reads well"),
                    ("section", "Section: text, then the pages below it as cards"),
                    ("wide", "Wide: text over the whole width, for tables"),
                ],
                default="standard",
                max_length=10,
                verbose_name="template",
            ),
        ),
        migrations.AddField(
            model_name="pageaccessrule",
            name="reopens",
            field=models.BooleanField(
                default=False, help_text="The rules of the pages above do not count here and below.", verbose_name="open this branch again"
            ),
        ),
        migrations.AlterField(
            model_name="page",
            name="path",
            field=models.CharField(
                editable=False, max_length=200, unique=True, validators=[portal.models.pages.validate_path], verbose_name="path"
            ),
        ),
        migrations.AlterField(
            model_name="pageaccessrule",
            name="right",
            field=models.CharField(
                choices=[("read", "Restrict read"), ("preview", "May preview drafts")], default="read", max_length=10, verbose_name="right"
            ),
        ),
        migrations.AlterField(
            model_name="weblink",
            name="page",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="web_links",
                to="portal.page",
                verbose_name="page",
            ),
        ),
        migrations.AlterField(
            model_name="weblink",
            name="url",
            field=models.CharField(
                blank=True,
                help_text="Instead of a page: https://…, mailto:… or an address of this portal such as /cases/?state=open.",
                max_length=500,
                validators=[lib.addresses.validate_target],
                verbose_name="address",
            ),
        ),
        migrations.RunPython(plant_tree, migrations.RunPython.noop),
        migrations.RunPython(change_becomes_preview, preview_becomes_change),
        migrations.RunSQL(SETTLE, SETTLE),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.CheckConstraint(
                condition=models.Q(("path__regex", "^/([a-z0-9][a-z0-9-]*/)*$")), name="portal_page_path_is_written_in_one_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parent", None), ("path", "/"), ("slug", "")),
                    models.Q(models.Q(("path", "/"), _negated=True), ("parent__isnull", False), models.Q(("slug", ""), _negated=True)),
                    _connector="OR",
                ),
                name="portal_page_root_alone_has_no_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("pk")), _negated=True), name="portal_page_is_not_its_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.UniqueConstraint(fields=("parent", "slug"), name="portal_page_slug_once_below_a_page"),
        ),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_from", None),
                    ("published_until", None),
                    ("published_until__gt", models.F("published_from")),
                    _connector="OR",
                ),
                name="portal_page_published_until_after_from",
                violation_error_message="The end of publication lies before its beginning.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pageaccessrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("right", "read"), ("reopens", False), _connector="OR"),
                name="portal_pageaccessrule_only_reading_reopens",
                violation_error_message="Only a rule that restricts reading can open its branch again.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weblink",
            constraint=models.CheckConstraint(
                condition=models.Q(("page", None), ("url", ""), _connector="OR"),
                name="portal_weblink_has_one_target",
                violation_error_message="Choose a page or write an address, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weblink",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", None), ("page__isnull", False), models.Q(("url", ""), _negated=True), _connector="OR"),
                name="portal_weblink_below_leads_somewhere",
                violation_error_message="An entry below another needs a page or an address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weblink",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("pk")), _negated=True), name="portal_weblink_is_not_its_own_parent"
            ),
        ),
        migrations.AlterConstraint(
            model_name="pageaccessrule",
            name="portal_pageaccessrule_once_a_right",
            constraint=models.UniqueConstraint(
                fields=("page", "right"),
                name="portal_pageaccessrule_once_a_right",
                violation_error_message="A page has one rule for each right. Add the roles to that one.",
            ),
        ),
        migrations.AddField(
            model_name="pagetranslation",
            name="page",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="translations", to="portal.page", verbose_name="page"
            ),
        ),
        migrations.AddConstraint(
            model_name="redirect",
            constraint=models.CheckConstraint(
                condition=models.Q(("to", models.F("from_path")), _negated=True), name="portal_redirect_leads_elsewhere"
            ),
        ),
        migrations.AddField(
            model_name="weblinktranslation",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="translations", to="portal.weblink", verbose_name="web link"
            ),
        ),
        migrations.AddConstraint(
            model_name="pagetranslation",
            constraint=models.UniqueConstraint(fields=("page", "language"), name="portal_pagetranslation_once_a_language"),
        ),
        migrations.AddConstraint(
            model_name="weblinktranslation",
            constraint=models.UniqueConstraint(fields=("link", "language"), name="portal_weblinktranslation_once_a_language"),
        ),
        *(migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_renews_revision ON {table}") for table in TABLES),
    ]
