import accounts.indexes
import accounts.models
import accounts.policies
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0005_mentor_threads'),
    ]

    operations = [
        migrations.CreateModel(
            name='VariantEvent',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('actor_id', models.UUIDField(null=True)),
                ('action', models.CharField(choices=[('added', 'Added'), ('weighed', 'Weight changed'), ('stopped', 'Stopped'), ('started', 'Started again'), ('promoted', 'Promoted'), ('undone', 'Promotion undone')], max_length=20, verbose_name='deed')),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('figures', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='when')),
            ],
            options={
                'verbose_name': 'record of variants',
                'verbose_name_plural': 'record of variants',
                'db_table': 'ai_prompt_variant_log',
            },
        ),
        migrations.RemoveConstraint(
            model_name='promptvariant',
            name='ai_prompt_variants_weight',
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='is_control',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='mail_due_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='mail_tries',
            field=models.IntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='started_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='stopped_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='promptvariant',
            name='stopped_by',
            field=models.CharField(blank=True, choices=[('person', 'An admin stopped it'), ('promotion', 'Another one was promoted'), ('escalated', 'It stopped by itself: more answers went to a trainer'), ('helpful', 'It stopped by itself: fewer answers helped'), ('failed', 'It stopped by itself: more answers failed')], db_default='', default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='promptvariant',
            name='feature',
            field=models.CharField(choices=[('coach', 'Coach'), ('mentor', 'Mentor')], max_length=50, verbose_name='feature'),
        ),
        migrations.AlterField(
            model_name='promptvariant',
            name='weight',
            field=models.IntegerField(db_default=1, default=1, help_text='Its share of the learners, beside the weights of the others. 0 gives it none.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='weight'),
        ),
        migrations.AddIndex(
            model_name='promptvariant',
            index=accounts.indexes.Index(condition=models.Q(('mail_due_at__isnull', False)), fields=['mail_due_at'], name='idx_ai_prompt_variants_mail'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='promptvariant',
            trigger=pgtrigger.compiler.Trigger(name='ai_prompt_variants_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."feature" IS DISTINCT FROM (NEW."feature") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='cd35f1a73d7bbb560c80e46a5389f98ef5d57531', operation='UPDATE', pgid='pgtrigger_ai_prompt_variants_fixed_35459', table='ai_prompt_variants', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='promptvariant',
            constraint=models.UniqueConstraint(condition=models.Q(('is_control', True)), fields=('feature',), name='ai_prompt_variants_one_control'),
        ),
        migrations.AddConstraint(
            model_name='promptvariant',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gte', 0), ('weight__lte', 1000)), name='ai_prompt_variants_weight'),
        ),
        migrations.AddConstraint(
            model_name='promptvariant',
            constraint=models.CheckConstraint(condition=models.Q(('feature__in', ['coach', 'mentor'])), name='ai_prompt_variants_feature'),
        ),
        migrations.AddConstraint(
            model_name='promptvariant',
            constraint=models.CheckConstraint(condition=models.Q(('stopped_by__in', ['', 'person', 'promotion', 'escalated', 'helpful', 'failed'])), name='ai_prompt_variants_stopped_valid'),
        ),
        migrations.AddConstraint(
            model_name='promptvariant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_active', True), ('stopped_at', None), ('stopped_by', '')), models.Q(('is_active', False), ('is_control', False), ('stopped_at__isnull', False), models.Q(('stopped_by', ''), _negated=True)), _connector='OR'), name='ai_prompt_variants_state'),
        ),
        migrations.AlterConstraint(
            model_name='promptvariant',
            name='ai_prompt_variants_name',
            constraint=models.UniqueConstraint(fields=('feature', 'name'), name='ai_prompt_variants_name', violation_error_message='There is a variant of this name already.'),
        ),
        migrations.AddField(
            model_name='variantevent',
            name='variant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='ai.promptvariant', verbose_name='variant'),
        ),
        migrations.AddConstraint(
            model_name='variantevent',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['added', 'weighed', 'stopped', 'started', 'promoted', 'undone'])), name='ai_prompt_variant_log_action'),
        ),
        migrations.AddConstraint(
            model_name='variantevent',
            constraint=accounts.policies.RowSecurity(delete=None, insert="(SELECT app_role()) IN ('admin', 'system')", name='ai_prompt_variant_log_rows', select="(SELECT app_role()) IN ('admin', 'system')", update=None),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='variantevent',
            trigger=pgtrigger.compiler.Trigger(name='ai_prompt_variant_log_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='039c1889e676a904d3e4ec955a62261f1a6c651d', operation='UPDATE OR DELETE', pgid='pgtrigger_ai_prompt_variant_log_kept_a9773', table='ai_prompt_variant_log', when='BEFORE')),
        ),
    ]
