import accounts.indexes
import accounts.models
import accounts.policies
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from courses.concept_functions import DROP_GATHER, DROP_RECKONING, GATHER, PERCENTAGE, RECKONED


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0002_whom_a_trainer_trains'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConceptEvidence',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('chapter', 'Chapter read'), ('lab', 'Lab tried'), ('question', 'Question answered well'), ('self_check', 'Said in own words'), ('by_hand', 'Corrected by hand')], max_length=20)),
                ('place_id', models.CharField(db_default='', default='', max_length=200)),
                ('source', models.CharField(max_length=250)),
                ('value', models.DecimalField(decimal_places=3, default=1, max_digits=4)),
                ('base', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('said', models.TextField(db_default='', default='')),
                ('detail', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ('noted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('percentage', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('moved', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
            ],
            options={
                'verbose_name': 'evidence for a concept',
                'verbose_name_plural': 'evidence for concepts',
                'db_table': 'learning_concept_evidence',
            },
        ),
        migrations.CreateModel(
            name='ConceptMinute',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('minute', models.DateTimeField()),
            ],
            options={
                'db_table': 'learning_concept_minutes',
            },
        ),
        migrations.AlterModelOptions(
            name='learningconcept',
            options={'verbose_name': 'learning concept', 'verbose_name_plural': 'learning concepts'},
        ),
        migrations.RemoveConstraint(
            model_name='learningconcept',
            name='learning_concepts_rows',
        ),
        migrations.AddField(
            model_name='learningconcept',
            name='course',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.course'),
        ),
        migrations.AddField(
            model_name='learningconcept',
            name='deleted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='learningconcept',
            name='place_ids',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='learningconcept',
            name='topic',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.moduletopic'),
        ),
        migrations.AlterField(
            model_name='learningconcept',
            name='difficulty',
            field=models.CharField(choices=[('beginner', 'Beginner'), ('intermediate', 'Intermediate'), ('advanced', 'Advanced')], max_length=50),
        ),
        migrations.AlterField(
            model_name='learningconcept',
            name='is_active',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddIndex(
            model_name='learningconcept',
            index=accounts.indexes.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='idx_learning_concepts_deleted'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labattempt',
            trigger=pgtrigger.compiler.Trigger(name='lab_attempts_tried', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.finished_at IS NULL OR coalesce(NEW.score, CASE WHEN NEW.passed THEN 1 ELSE 0 END) <= 0 THEN\n        RETURN NULL;\n    END IF;\n    INSERT INTO learning_concept_evidence (concept_id, user_id, course_id, kind, place_id, source, value, detail, noted_at)\n    SELECT c.id, c.user_id, c.course_id, 'lab', NEW.lab_id, 'attempt:' || NEW.id,\n           coalesce(NEW.score, CASE WHEN NEW.passed THEN 1 ELSE 0 END), jsonb_build_object('passed', NEW.passed), NEW.finished_at\n      FROM learning_concepts c\n     WHERE c.user_id = NEW.learner_id AND c.course_id = NEW.course_id AND c.place_ids ? NEW.lab_id\n    ON CONFLICT (concept_id, source) DO UPDATE SET value = excluded.value, detail = excluded.detail;\n    RETURN NULL;\n", hash='f6cec02ad2e8fb6712d360a2e125a4678f6793c3', operation='INSERT OR UPDATE OF "score", "passed", "finished_at"', pgid='pgtrigger_lab_attempts_tried_e7455', table='lab_attempts', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningconcept',
            trigger=pgtrigger.compiler.Trigger(name='learning_concepts_no_circle', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF jsonb_typeof(NEW.prerequisites) <> 'array' OR jsonb_typeof(NEW.learning_objectives) <> 'array'\n       OR jsonb_typeof(NEW.place_ids) <> 'array' THEN\n        RAISE EXCEPTION 'a concept lists what it needs, its objectives and its places' USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.prerequisites = '[]' OR (TG_OP = 'UPDATE' AND NEW.prerequisites = OLD.prerequisites AND NEW.user_id = OLD.user_id) THEN\n        RETURN NEW;\n    END IF;\n    PERFORM pg_advisory_xact_lock(hashtextextended('learning_concepts:' || NEW.user_id, 0));\n    IF EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.prerequisites) need WHERE NOT EXISTS (\n            SELECT 1 FROM learning_concepts c WHERE c.user_id = NEW.user_id AND c.id::text = need)) THEN\n        RAISE EXCEPTION 'a concept needs only concepts of the same learner' USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF EXISTS (\n        WITH RECURSIVE needed(id) AS (\n            SELECT need::uuid FROM jsonb_array_elements_text(NEW.prerequisites) need\n            UNION\n            SELECT further::uuid FROM needed n JOIN learning_concepts c ON c.id = n.id,\n                   LATERAL jsonb_array_elements_text(c.prerequisites) further)\n        SELECT 1 FROM needed WHERE id = NEW.id) THEN\n        RAISE EXCEPTION 'concepts may not need each other in a circle' USING ERRCODE = 'check_violation',\n            CONSTRAINT = 'learning_concepts_no_circle';\n    END IF;\n    RETURN NEW;\n", hash='5a36b504d063bba34655dcecc37d73940e264603', operation='INSERT OR UPDATE', pgid='pgtrigger_learning_concepts_no_circle_bb4be', table='learning_concepts', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningconcept',
            trigger=pgtrigger.compiler.Trigger(name='learning_concepts_true_figures', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    NEW.completion_percentage := concept_percentage(NEW.id, NEW.course_id, NEW.place_ids, NEW.learning_objectives);\n    NEW.time_spent := round((SELECT count(*) FROM learning_concept_minutes m WHERE m.concept_id = NEW.id) / 60.0, 2);\n    NEW.last_studied := greatest(\n        (SELECT max(e.noted_at) FROM learning_concept_evidence e\n          WHERE e.concept_id = NEW.id AND e.kind <> 'by_hand' AND e.withdrawn_at IS NULL),\n        (SELECT max(m.minute) FROM learning_concept_minutes m WHERE m.concept_id = NEW.id));\n    RETURN NEW;\n", hash='7e1e1ccc48f444337f13777658e8bbd5fc48c7cc', operation='INSERT OR UPDATE', pgid='pgtrigger_learning_concepts_true_figures_a0b5c', table='learning_concepts', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningconcept',
            trigger=pgtrigger.compiler.Trigger(name='learning_concepts_gathered', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    PERFORM gather_concept_evidence(NEW);\n    RETURN NULL;\n', hash='a9cb27a09c6f4dfa60232cf621e78e9736e19989', operation='INSERT OR UPDATE OF "place_ids", "course_id"', pgid='pgtrigger_learning_concepts_gathered_a81fe', table='learning_concepts', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='learningconcept',
            trigger=pgtrigger.compiler.Trigger(name='learning_concepts_needed_no_more', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    UPDATE learning_concepts SET prerequisites = prerequisites - OLD.id::text\n     WHERE user_id = OLD.user_id AND prerequisites ? OLD.id::text;\n    RETURN NULL;\n', hash='e40b994b0a7a88af4ef498142218c5955c64a606', operation='DELETE', pgid='pgtrigger_learning_concepts_needed_no_more_254a1', table='learning_concepts', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='placeprogress',
            trigger=pgtrigger.compiler.Trigger(name='place_progress_read', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.done_at IS NULL THEN\n        UPDATE learning_concept_evidence SET withdrawn_at = now()\n         WHERE user_id = NEW.learner_id AND course_id = NEW.course_id AND source = 'place:' || NEW.place_id\n           AND withdrawn_at IS NULL;\n        RETURN NULL;\n    END IF;\n    INSERT INTO learning_concept_evidence (concept_id, user_id, course_id, kind, place_id, source, value, detail, noted_at)\n    SELECT c.id, c.user_id, c.course_id, CASE WHEN l.id IS NULL THEN 'chapter' ELSE 'lab' END, NEW.place_id,\n           'place:' || NEW.place_id, CASE WHEN l.id IS NULL THEN 1 ELSE 0.6 END, '{}', NEW.done_at\n      FROM learning_concepts c LEFT JOIN labs l ON l.course_id = c.course_id AND l.lab_id = NEW.place_id\n     WHERE c.user_id = NEW.learner_id AND c.course_id = NEW.course_id AND c.place_ids ? NEW.place_id\n    ON CONFLICT (concept_id, source) DO UPDATE SET withdrawn_at = NULL, noted_at = excluded.noted_at\n     WHERE learning_concept_evidence.withdrawn_at IS NOT NULL;\n    RETURN NULL;\n", hash='0e6c52bc97568fd4d73395dd065328788609d0e8', operation='INSERT OR UPDATE OF "done_at"', pgid='pgtrigger_place_progress_read_e3d61', table='place_progress', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='learningconcept',
            constraint=models.CheckConstraint(condition=models.Q(('estimated_hours', None), models.Q(('estimated_hours__gte', 1), ('estimated_hours__lte', 1000)), _connector='OR'), name='learning_concepts_hours'),
        ),
        migrations.AddConstraint(
            model_name='learningconcept',
            constraint=models.UniqueConstraint(models.F('user'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at', None)), name='learning_concepts_name_once'),
        ),
        migrations.AddConstraint(
            model_name='learningconcept',
            constraint=accounts.policies.RowSecurity(delete='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND (course_id IS NULL OR course_id = ANY ((SELECT visible_courses())::uuid[]))', name='learning_concepts_rows', select='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id = ANY ((SELECT trained_learners())::uuid[]) AND (user_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())'),
        ),
        migrations.AddField(
            model_name='conceptevidence',
            name='concept',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='courses.learningconcept'),
        ),
        migrations.AddField(
            model_name='conceptevidence',
            name='course',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.course'),
        ),
        migrations.AddField(
            model_name='conceptevidence',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conceptminute',
            name='concept',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='minutes', to='courses.learningconcept'),
        ),
        migrations.AddField(
            model_name='conceptminute',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='conceptevidence',
            index=accounts.indexes.Index(fields=['concept', '-noted_at'], name='idx_learning_concept_evidence_concept'),
        ),
        migrations.AddIndex(
            model_name='conceptevidence',
            index=accounts.indexes.Index(fields=['user', 'source'], name='idx_learning_concept_evidence_user'),
        ),
        migrations.AddConstraint(
            model_name='conceptevidence',
            constraint=models.UniqueConstraint(fields=('concept', 'source'), name='learning_concept_evidence_once'),
        ),
        migrations.AddConstraint(
            model_name='conceptevidence',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['chapter', 'lab', 'question', 'self_check', 'by_hand'])), name='learning_concept_evidence_kind_valid'),
        ),
        migrations.AddConstraint(
            model_name='conceptevidence',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0), ('value__lte', 1)), name='learning_concept_evidence_value'),
        ),
        migrations.AddConstraint(
            model_name='conceptevidence',
            constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', name='learning_concept_evidence_rows', select='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id = ANY ((SELECT trained_learners())::uuid[]) AND (user_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conceptevidence',
            trigger=pgtrigger.compiler.Trigger(name='learning_concept_evidence_weighed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.kind = 'by_hand' THEN\n        SELECT concept_reckoned(c.id, c.course_id, c.place_ids, c.learning_objectives) INTO NEW.base\n          FROM learning_concepts c WHERE c.id = NEW.concept_id;\n    END IF;\n    RETURN NEW;\n", hash='3a902eb8981dbc6fdbdb3dc9c14a16553f0d7330', operation='INSERT', pgid='pgtrigger_learning_concept_evidence_weighed_233a2', table='learning_concept_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conceptevidence',
            trigger=pgtrigger.compiler.Trigger(name='learning_concept_evidence_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE was numeric; came_to numeric;', func='\n    SELECT completion_percentage INTO was FROM learning_concepts WHERE id = NEW.concept_id;\n    UPDATE learning_concepts SET updated_at = now() WHERE id = NEW.concept_id RETURNING completion_percentage INTO came_to;\n    UPDATE learning_concept_evidence SET percentage = came_to, moved = came_to - was WHERE id = NEW.id;\n    RETURN NULL;\n', hash='2dc30e34efe999955922d6aa144707cb8c2da656', operation='INSERT OR UPDATE OF "value", "withdrawn_at"', pgid='pgtrigger_learning_concept_evidence_moves_e255a', table='learning_concept_evidence', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='conceptminute',
            index=accounts.indexes.Index(fields=['concept', 'minute'], name='idx_learning_concept_minutes_concept'),
        ),
        migrations.AddConstraint(
            model_name='conceptminute',
            constraint=models.UniqueConstraint(fields=('user', 'minute'), name='learning_concept_minutes_once'),
        ),
        migrations.AddConstraint(
            model_name='conceptminute',
            constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', name='learning_concept_minutes_rows', select='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', update=None),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conceptminute',
            trigger=pgtrigger.compiler.Trigger(name='learning_concept_minutes_counts', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    UPDATE learning_concepts SET updated_at = now() WHERE id = NEW.concept_id;\n    RETURN NULL;\n', hash='159caa67e34ffc45331faebc4fec218aeb9b60ac', operation='INSERT', pgid='pgtrigger_learning_concept_minutes_counts_279f9', table='learning_concept_minutes', when='AFTER')),
        ),
        migrations.RunSQL(RECKONED, migrations.RunSQL.noop),
        migrations.RunSQL(PERCENTAGE, DROP_RECKONING),
        migrations.RunSQL(GATHER, DROP_GATHER),
    ]
