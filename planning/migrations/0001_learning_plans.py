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

    initial = True

    dependencies = [
        ('courses', '0003_concepts_by_evidence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LearningPlan',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(null=True)),
                ('concepts', models.JSONField()),
                ('schedule', models.JSONField(null=True)),
                ('adaptive_settings', models.JSONField(null=True)),
                ('is_active', models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('state', 'active')), output_field=models.BooleanField()), output_field=models.BooleanField())),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('active', 'Going on'), ('paused', 'Paused'), ('completed', 'Completed'), ('abandoned', 'Abandoned')], db_default='active', default='active', max_length=20)),
                ('concept_key', models.CharField(editable=False, max_length=32)),
                ('closed_at', models.DateTimeField(null=True)),
                ('course', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.course')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='learning_plans', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'learning plan',
                'verbose_name_plural': 'learning plans',
                'db_table': 'learning_plans',
            },
        ),
        migrations.CreateModel(
            name='LearningPlanStep',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('chapter', 'Read'), ('lab', 'Lab'), ('self_check', 'Say it in your own words'), ('study', 'Study')], max_length=20)),
                ('place_id', models.CharField(db_default='', default='', max_length=200)),
                ('source', models.CharField(max_length=250)),
                ('title', models.CharField(max_length=500)),
                ('day', models.DateField()),
                ('position', models.IntegerField()),
                ('minutes', models.IntegerField()),
                ('part', models.IntegerField(default=1)),
                ('parts', models.IntegerField(default=1)),
                ('is_pinned', models.BooleanField(db_default=False, default=False)),
                ('done_at', models.DateTimeField(null=True)),
                ('concept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='courses.learningconcept')),
                ('course', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.course')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='planning.learningplan')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'learning_plan_steps',
                'ordering': ['day', 'position'],
            },
        ),
        migrations.AddIndex(
            model_name='learningplan',
            index=accounts.indexes.Index(fields=['user'], name='idx_learning_plans_user_id'),
        ),
        migrations.AddIndex(
            model_name='learningplan',
            index=accounts.indexes.Index(fields=['is_active'], name='idx_learning_plans_is_active'),
        ),
        migrations.AddConstraint(
            model_name='learningplan',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'paused', 'completed', 'abandoned'])), name='learning_plans_state_valid'),
        ),
        migrations.AddConstraint(
            model_name='learningplan',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['active', 'paused'])), fields=('user', 'concept_key'), name='learning_plans_once'),
        ),
        migrations.AddConstraint(
            model_name='learningplan',
            constraint=accounts.policies.RowSecurity(delete='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND (course_id IS NULL OR course_id = ANY ((SELECT visible_courses())::uuid[]))', name='learning_plans_rows', select='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id = ANY ((SELECT trained_learners())::uuid[]) AND (user_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningplan',
            trigger=pgtrigger.compiler.Trigger(name='learning_plans_states', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{active:paused,active:completed,active:abandoned,paused:active,paused:abandoned,completed:active,abandoned:active}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='b87e36219334779e85cdd488486e322a996da355', operation='UPDATE', pgid='pgtrigger_learning_plans_states_5db5c', table='learning_plans', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='learningplanstep',
            index=accounts.indexes.Index(fields=['plan', 'day', 'position'], name='idx_learning_plan_steps_days'),
        ),
        migrations.AddIndex(
            model_name='learningplanstep',
            index=accounts.indexes.Index(fields=['user', 'day'], name='idx_learning_plan_steps_user'),
        ),
        migrations.AddConstraint(
            model_name='learningplanstep',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['chapter', 'lab', 'self_check', 'study'])), name='learning_plan_steps_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='learningplanstep',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 1440)), name='learning_plan_steps_minutes_valid'),
        ),
        migrations.AddConstraint(
            model_name='learningplanstep',
            constraint=models.CheckConstraint(condition=models.Q(('part__gte', 1), ('part__lte', models.F('parts'))), name='learning_plan_steps_part_valid'),
        ),
        migrations.AddConstraint(
            model_name='learningplanstep',
            constraint=accounts.policies.RowSecurity(delete='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', name='learning_plan_steps_rows', select='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id = ANY ((SELECT trained_learners())::uuid[]) AND (user_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())'),
        ),
    ]
