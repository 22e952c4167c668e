"""A contact that was merged into another keeps a pointer to it, and lets nobody in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_sign_in_and_invitations")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_contacts",
                to="accounts.contact",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), models.Q(("is_active", False), ("user", None)), _connector="OR"),
                name="accounts_contact_merged_lets_nobody_in",
                violation_error_message="This contact was merged into another: nobody can sign in as it.",
            ),
        ),
    ]
