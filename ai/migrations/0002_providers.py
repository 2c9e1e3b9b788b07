
import accounts.indexes
import accounts.models
import accounts.policies
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0001_conversations'),
        ('courses', '0001_courses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AIProvider',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('type', models.CharField(choices=[('openai', 'OpenAI'), ('claude', 'Claude (Anthropic)'), ('gemini', 'Gemini (Google)'), ('mistral', 'Mistral'), ('ollama', 'Ollama, on a machine of your own'), ('compatible', 'Another server that speaks the OpenAI protocol'), ('extractive', 'Without a model: sentences of the course')], max_length=20, verbose_name='type')),
                ('enabled', models.BooleanField(db_default=True, default=True, verbose_name='enabled')),
                ('priority', models.IntegerField(db_default=1, default=1, verbose_name='place in the line')),
                ('config', models.JSONField(blank=True, default=dict)),
                ('health_status', models.CharField(choices=[('unknown', 'Not looked at yet'), ('healthy', 'Answers'), ('failing', 'Fails'), ('not_connected', 'Not connected')], db_default='unknown', default='unknown', max_length=20, verbose_name='health')),
                ('health_detail', models.CharField(blank=True, db_default='', default='', max_length=50)),
                ('health_ms', models.IntegerField(editable=False, null=True)),
                ('last_health_check', models.DateTimeField(editable=False, null=True, verbose_name='last looked at')),
                ('check_due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('total_requests', models.BigIntegerField(db_default=0, default=0, editable=False, verbose_name='requests')),
                ('unpriced_requests', models.BigIntegerField(db_default=0, default=0, editable=False)),
                ('total_cost', models.DecimalField(db_default=0, decimal_places=8, default=0, editable=False, max_digits=16, verbose_name='cost')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'model provider',
                'verbose_name_plural': 'model providers',
                'db_table': 'ai_providers',
            },
        ),
        migrations.RemoveConstraint(
            model_name='airequestlog',
            name='ai_request_logs_rows',
        ),
        migrations.AddField(
            model_name='airequestlog',
            name='course',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.course'),
        ),
        migrations.AddIndex(
            model_name='airequestlog',
            index=accounts.indexes.Index(fields=['course', 'created_at'], name='idx_ai_request_logs_course'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='airequestlog',
            trigger=pgtrigger.compiler.Trigger(name='ai_request_logs_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    PERFORM id FROM ai_providers WHERE name IN (SELECT provider FROM tries) ORDER BY id FOR NO KEY UPDATE;\n    UPDATE ai_providers p\n       SET total_requests = p.total_requests + t.requests, total_cost = p.total_cost + t.cost,\n           unpriced_requests = p.unpriced_requests + t.unpriced\n      FROM (SELECT provider, count(*) AS requests, coalesce(sum(cost), 0) AS cost,\n                   count(*) FILTER (WHERE cost IS NULL) AS unpriced\n              FROM tries GROUP BY provider) t\n     WHERE p.name = t.provider;\n    RETURN NULL;\n', hash='9deedd5219402455f0dcce65ac79d5524446fcd8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_ai_request_logs_add_up_62299', referencing='REFERENCING NEW TABLE AS tries ', table='ai_request_logs', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='airequestlog',
            constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) = 'system'", name='ai_request_logs_rows', select="(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id IS NULL AND (SELECT app_role()) IN ('admin', 'system'))", update=None),
        ),
        migrations.AddIndex(
            model_name='aiprovider',
            index=accounts.indexes.Index(fields=['type'], name='idx_ai_providers_type'),
        ),
        migrations.AddIndex(
            model_name='aiprovider',
            index=accounts.indexes.Index(fields=['enabled'], name='idx_ai_providers_enabled'),
        ),
        migrations.AddIndex(
            model_name='aiprovider',
            index=accounts.indexes.Index(fields=['priority'], name='idx_ai_providers_priority'),
        ),
        migrations.AddConstraint(
            model_name='aiprovider',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['openai', 'claude', 'gemini', 'mistral', 'ollama', 'compatible', 'extractive'])), name='ai_providers_type_valid'),
        ),
        migrations.AddConstraint(
            model_name='aiprovider',
            constraint=models.CheckConstraint(condition=models.Q(('health_status__in', ['unknown', 'healthy', 'failing', 'not_connected'])), name='ai_providers_health_valid'),
        ),
        migrations.AddConstraint(
            model_name='aiprovider',
            constraint=models.CheckConstraint(condition=models.Q(('enabled', False), ('type', 'extractive'), _negated=True), name='ai_providers_last_resort_on'),
        ),
        migrations.AddConstraint(
            model_name='aiprovider',
            constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='ai_providers_rows', select="(SELECT app_role()) IN ('admin', 'system')", update="(SELECT app_role()) IN ('admin', 'system')"),
        ),
    ]
