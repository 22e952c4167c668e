"""Who is told of missed promises; time that is entered once and can be taken back; corrections that name what they correct."""

import cases.models.desk
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_what_is_corrected(apps, schema_editor):
    """Corrections of before: what was given back for a case belongs to the line that counted it."""
    rows = apps.get_model("cases", "Deduction").objects.filter(time_entry=None)
    counted = rows.filter(entitlement=models.OuterRef("entitlement"), case=models.OuterRef("case"), amount__gt=0)
    rows.filter(amount__lt=0).update(corrects=models.Subquery(counted.values("pk")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0011_staff_groups'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='deduction',
            name='cases_deduction_a_case_counts_once',
        ),
        migrations.AddField(
            model_name='case',
            name='lead_told_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='lead told of a missed promise'),
        ),
        migrations.AddField(
            model_name='case',
            name='reopened_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='taken up again'),
        ),
        migrations.AddField(
            model_name='casedesk',
            name='escalations_to',
            field=models.ManyToManyField(blank=True, help_text='Told of missed promises and escalated cases whose queue has no lead, and of what would reach nobody.', limit_choices_to={'is_staff': True}, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='escalations go to'),
        ),
        migrations.AddField(
            model_name='deduction',
            name='corrects',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='cases.deduction', verbose_name='corrects'),
        ),
        migrations.AddField(
            model_name='queue',
            name='lead',
            field=models.ForeignKey(blank=True, help_text='Told of missed promises and escalated cases. Empty: those whom the case desk names.', limit_choices_to={'is_staff': True}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='timeentry',
            name='submission',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='timeentry',
            name='taken_back_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='taken back'),
        ),
        migrations.AlterField(
            model_name='deduction',
            name='time_entry',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deductions', to='cases.timeentry'),
        ),
        migrations.AlterField(
            model_name='savedreply',
            name='body',
            field=models.TextField(help_text='Markdown. {first_name}, {number}, {subject}, {agent} and {product} are filled in.', validators=[cases.models.desk.validate_placeholders], verbose_name='text'),
        ),
        migrations.AddConstraint(
            model_name='deduction',
            constraint=models.UniqueConstraint(condition=models.Q(('amount__gt', 0), ('corrects', None), ('time_entry', None)), fields=('entitlement', 'case'), name='cases_deduction_a_case_counts_once'),
        ),
        migrations.AddConstraint(
            model_name='deduction',
            constraint=models.UniqueConstraint(condition=models.Q(('corrects', None)), fields=('entitlement', 'time_entry'), name='cases_deduction_time_counts_once'),
        ),
        migrations.RunPython(name_what_is_corrected, migrations.RunPython.noop),
    ]
