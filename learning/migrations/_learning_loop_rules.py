"""The indexes, constraints, policies and state machines of the learning loop's tables, for the migration that makes them."""

import accounts.indexes
import accounts.policies
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

RULES = [
    migrations.AddIndex(
        model_name='conversationmemory',
        index=accounts.indexes.Index(fields=['user', 'course', 'created_at'], name='idx_memory_user'),
    ),
    migrations.AddIndex(
        model_name='conversationmemory',
        index=accounts.indexes.Index(fields=['course', 'created_at'], name='idx_memory_course'),
    ),
    migrations.AddIndex(
        model_name='conversationmemory',
        index=accounts.indexes.Index(condition=models.Q(('embedding', None), ('embedding_tries__lt', 3)), fields=['created_at'], name='idx_memory_unembedded'),
    ),
    migrations.AddConstraint(
        model_name='conversationmemory',
        constraint=models.UniqueConstraint(fields=('channel', 'source_id'), name='conversation_memory_once'),
    ),
    migrations.AddConstraint(
        model_name='conversationmemory',
        constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['coach', 'mentor', 'voice', 'desk'])), name='conversation_memory_channel_valid'),
    ),
    migrations.AddConstraint(
        model_name='conversationmemory',
        constraint=accounts.policies.RowSecurity(delete='user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert="(SELECT app_role()) = 'system'", name='conversation_memory_rows', select='(user_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (user_id = ANY ((SELECT trained_learners())::uuid[]) AND (user_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update="(SELECT app_role()) = 'system'"),
    ),
    migrations.AddIndex(
        model_name='conversationfeedback',
        index=accounts.indexes.Index(fields=['conversation'], name='idx_feedback_conversation'),
    ),
    migrations.AddIndex(
        model_name='conversationfeedback',
        index=accounts.indexes.Index(fields=['feedback_type'], name='idx_feedback_type'),
    ),
    migrations.AddIndex(
        model_name='conversationfeedback',
        index=accounts.indexes.Index(fields=['created_at'], name='idx_feedback_created_at'),
    ),
    migrations.AddIndex(
        model_name='conversationfeedback',
        index=accounts.indexes.Index(fields=['feedback_type', 'created_at'], name='idx_feedback_type_created'),
    ),
    migrations.AddIndex(
        model_name='conversationfeedback',
        index=accounts.indexes.Index(fields=['learner'], name='idx_feedback_learner'),
    ),
    migrations.AddConstraint(
        model_name='conversationfeedback',
        constraint=models.CheckConstraint(condition=models.Q(('feedback_type__in', ['thumbs_up', 'thumbs_down', 'star_rating', 'emoji'])), name='conversation_feedback_type_valid'),
    ),
    migrations.AddConstraint(
        model_name='conversationfeedback',
        constraint=models.CheckConstraint(condition=models.Q(('rating', None), models.Q(('rating__gte', 1), ('rating__lte', 5)), _connector='OR'), name='conversation_feedback_rating_valid'),
    ),
    migrations.AddConstraint(
        model_name='conversationfeedback',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('feedback_type', 'star_rating'), _negated=True), ('rating__isnull', False), _connector='OR'), name='conversation_feedback_stars_counted'),
    ),
    migrations.AddConstraint(
        model_name='conversationfeedback',
        constraint=accounts.policies.RowSecurity(delete='learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND turn_belongs(conversation_feedback.conversation_id, conversation_feedback.learner_id, conversation_feedback.course_id)', name='conversation_feedback_rows', select='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (learner_id = ANY ((SELECT trained_learners())::uuid[]) AND (learner_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND turn_belongs(conversation_feedback.conversation_id, conversation_feedback.learner_id, conversation_feedback.course_id)'),
    ),
    migrations.AddConstraint(
        model_name='dailylearningmetrics',
        constraint=models.UniqueConstraint(fields=('course', 'date', 'source_type', 'status'), name='daily_learning_metrics_once'),
    ),
    migrations.AddConstraint(
        model_name='dailylearningmetrics',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) = 'system'", insert="(SELECT app_role()) = 'system'", name='daily_learning_metrics_rows', select='course_id = ANY ((SELECT run_courses())::uuid[])', update="(SELECT app_role()) = 'system'"),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['status'], name='idx_learning_status'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['course'], name='idx_learning_shop'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['source_type'], name='idx_learning_source_type'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['created_at'], name='idx_learning_created_at'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['status', 'created_at'], name='idx_learning_status_created'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['confidence_score'], name='idx_learning_confidence'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(condition=models.Q(('status', 'pending')), fields=['course', 'created_at'], name='idx_learning_pending'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(fields=['learner'], name='idx_learning_learner'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(condition=models.Q(('status', 'approved')), fields=['created_at'], name='idx_learning_ready'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(condition=models.Q(('embedding', None), ('embedding_tries__lt', 3), ('status__in', ['pending', 'approved'])), fields=['created_at'], name='idx_learning_unembedded'),
    ),
    migrations.AddIndex(
        model_name='learningitem',
        index=accounts.indexes.Index(condition=models.Q(('status', 'applied'), models.Q(('chunk_hash', ''), _negated=True)), fields=['course', 'chunk_hash'], name='idx_learning_chunk'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'rejected', 'applied'])), name='learning_queue_status_valid'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(('source_type__in', ['feedback', 'correction', 'transcript', 'manual'])), name='learning_queue_source_valid'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(('confidence_score__gte', 0), ('confidence_score__lte', 100)), name='learning_queue_confidence_valid'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(('status', 'pending'), ('reviewed_at__isnull', False), _connector='OR'), name='learning_queue_reviewed_when_decided'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'applied'), _negated=True), models.Q(('applied_at__isnull', False), ('knowledge_id__isnull', False)), _connector='OR'), name='learning_queue_applied_when'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='learning_queue_rejected_why'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'applied']), _negated=True), ('proposed_content__regex', '\\S'), _connector='OR'), name='learning_queue_approved_what'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.CheckConstraint(condition=models.Q(('duplicate_of', None), models.Q(('duplicate_of', models.F('id')), _negated=True), _connector='OR'), name='learning_queue_not_itself'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=models.UniqueConstraint(fields=('source_type', 'source_id'), name='learning_queue_once'),
    ),
    migrations.AddConstraint(
        model_name='learningitem',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) = 'system'", insert="(SELECT app_role()) IN ('admin', 'system')", name='learning_queue_rows', select="(SELECT app_role()) IN ('admin', 'system') OR (learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (learner_id = ANY ((SELECT trained_learners())::uuid[]) AND (learner_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs())) OR (learner_id IS NULL AND course_id = ANY ((SELECT run_courses())::uuid[]))", update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='learningitem',
        trigger=pgtrigger.compiler.Trigger(name='learning_queue_start', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."status" IN (\'pending\', \'approved\')))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='196a3073643237f053e3d4d26a9c2f626d117809', operation='INSERT', pgid='pgtrigger_learning_queue_start_3cc3e', table='learning_queue', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='learningitem',
        trigger=pgtrigger.compiler.Trigger(name='learning_queue_states', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{pending:approved,pending:rejected,approved:applied,approved:rejected,approved:pending,applied:approved,applied:pending,rejected:pending}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='8ba7bc31e759228d68a1e83d264a1ff9a94f96ed', operation='UPDATE', pgid='pgtrigger_learning_queue_states_45ebe', table='learning_queue', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='learningitem',
        trigger=pgtrigger.compiler.Trigger(name='learning_queue_reviewer', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status IN ('approved', 'applied') AND OLD.status IS DISTINCT FROM NEW.status AND NEW.reviewed_by IS NULL)", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='33770ff84dcbde141a564d3dd53f1229600cef55', operation='UPDATE', pgid='pgtrigger_learning_queue_reviewer_52314', table='learning_queue', when='BEFORE')),
    ),
    migrations.AddIndex(
        model_name='knowledge',
        index=accounts.indexes.Index(condition=models.Q(('is_live', True)), fields=['course'], name='idx_knowledge_live'),
    ),
    migrations.AddIndex(
        model_name='knowledge',
        index=accounts.indexes.Index(fields=['item'], name='idx_knowledge_item'),
    ),
    migrations.AddIndex(
        model_name='knowledge',
        index=accounts.indexes.Index(fields=['course', 'category'], name='idx_knowledge_category'),
    ),
    migrations.AddConstraint(
        model_name='knowledge',
        constraint=models.UniqueConstraint(fields=('entry_id', 'version'), name='knowledge_base_rag_versions'),
    ),
    migrations.AddConstraint(
        model_name='knowledge',
        constraint=models.UniqueConstraint(condition=models.Q(('is_live', True)), fields=('entry_id',), name='knowledge_base_rag_one_live'),
    ),
    migrations.AddConstraint(
        model_name='knowledge',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) = 'system'", insert="(SELECT app_role()) = 'system'", name='knowledge_base_rag_rows', select='course_id = ANY ((SELECT visible_courses())::uuid[])', update="(SELECT app_role()) = 'system'"),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(fields=['conversation'], name='idx_corrections_conversation'),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(fields=['priority'], name='idx_corrections_priority'),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(fields=['applied_at'], name='idx_corrections_applied_at'),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(condition=models.Q(('applied_at', None)), fields=['created_at'], name='idx_corrections_pending'),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(fields=['priority', 'created_at'], name='idx_corrections_priority_created'),
    ),
    migrations.AddIndex(
        model_name='ownercorrection',
        index=accounts.indexes.Index(fields=['learner'], name='idx_corrections_learner'),
    ),
    migrations.AddConstraint(
        model_name='ownercorrection',
        constraint=models.CheckConstraint(condition=models.Q(('priority__in', ['low', 'normal', 'high', 'urgent'])), name='owner_corrections_priority_valid'),
    ),
    migrations.AddConstraint(
        model_name='ownercorrection',
        constraint=accounts.policies.RowSecurity(delete='learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert="(((SELECT app_role()) IN ('admin', 'system') OR trainer_id = (SELECT app_user_id())) AND trains(learner_id, course_id)) AND turn_belongs(owner_corrections.conversation_id, owner_corrections.learner_id, owner_corrections.course_id)", name='owner_corrections_rows', select='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (learner_id = ANY ((SELECT trained_learners())::uuid[]) AND (learner_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['conversation'], name='idx_analytics_conversation'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['response_type'], name='idx_analytics_response_type'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['created_at'], name='idx_analytics_created_at'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['ab_test_variant'], name='idx_analytics_ab_variant'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['response_type', 'created_at'], name='idx_analytics_type_created'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['led_to_conversion'], name='idx_analytics_conversion'),
    ),
    migrations.AddIndex(
        model_name='responseanalytics',
        index=accounts.indexes.Index(fields=['learner'], name='idx_analytics_learner'),
    ),
    migrations.AddConstraint(
        model_name='responseanalytics',
        constraint=models.CheckConstraint(condition=models.Q(('user_engagement_score', None), models.Q(('user_engagement_score__gte', 0), ('user_engagement_score__lte', 100)), _connector='OR'), name='response_analytics_engagement_valid'),
    ),
    migrations.AddConstraint(
        model_name='responseanalytics',
        constraint=models.CheckConstraint(condition=models.Q(('response_time_ms', None), ('response_time_ms__gte', 0), _connector='OR'), name='response_analytics_time_valid'),
    ),
    migrations.AddConstraint(
        model_name='responseanalytics',
        constraint=accounts.policies.RowSecurity(delete='learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())', insert="(SELECT app_role()) = 'system'", name='response_analytics_rows', select='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (learner_id = ANY ((SELECT trained_learners())::uuid[]) AND (learner_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))', update="(SELECT app_role()) = 'system'"),
    ),
    migrations.AddConstraint(
        model_name='responseperformancemetrics',
        constraint=models.UniqueConstraint(fields=('course', 'date', 'response_type', 'ab_test_variant'), name='response_performance_metrics_once'),
    ),
    migrations.AddConstraint(
        model_name='responseperformancemetrics',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) = 'system'", insert="(SELECT app_role()) = 'system'", name='response_performance_metrics_rows', select='course_id = ANY ((SELECT run_courses())::uuid[])', update="(SELECT app_role()) = 'system'"),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=accounts.indexes.Index(fields=['conversation'], name='idx_transcripts_conversation'),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=accounts.indexes.Index(fields=['sentiment'], name='idx_transcripts_sentiment'),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=accounts.indexes.Index(fields=['created_at'], name='idx_transcripts_created_at'),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=django.contrib.postgres.indexes.GinIndex(fields=['entities'], name='idx_transcripts_entities'),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=accounts.indexes.Index(condition=models.Q(('sentiment', 'negative')), fields=['conversation', 'created_at'], name='idx_transcripts_negative'),
    ),
    migrations.AddIndex(
        model_name='voicetranscript',
        index=accounts.indexes.Index(fields=['learner'], name='idx_transcripts_learner'),
    ),
    migrations.AddConstraint(
        model_name='voicetranscript',
        constraint=models.CheckConstraint(condition=models.Q(('sentiment', None), ('sentiment__in', ['positive', 'neutral', 'negative', 'mixed']), _connector='OR'), name='voice_transcripts_sentiment_valid'),
    ),
    migrations.AddConstraint(
        model_name='voicetranscript',
        constraint=accounts.policies.RowSecurity(delete="learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to()) OR (SELECT app_role()) IN ('admin', 'system')", insert='(learner_id IS NOT NULL AND learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to()) AND course_id = ANY ((SELECT visible_courses())::uuid[])) OR course_id = ANY ((SELECT run_courses())::uuid[])', name='voice_transcripts_rows', select='(learner_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (learner_id = ANY ((SELECT trained_learners())::uuid[]) AND (learner_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs())) OR (learner_id IS NULL AND course_id = ANY ((SELECT run_courses())::uuid[]))', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
]
