"""What the database keeps of exams: who sees what, indexes, constraints and triggers, for the migration that makes them."""

import accounts.indexes
import accounts.policies
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from planning.functions import (
    DROP_REVIEWER,
    REVIEWER,
    SEEING_SCHEMES,
    SEEING_SUBJECTS,
    UNSEEING_SCHEMES,
    UNSEEING_SUBJECTS,
)

RULES = [
    migrations.RunSQL(SEEING_SUBJECTS, UNSEEING_SUBJECTS),
    migrations.RunSQL(SEEING_SCHEMES, UNSEEING_SCHEMES),
    migrations.RunSQL(REVIEWER, DROP_REVIEWER),
    pgtrigger.migrations.AddTrigger(
        model_name='attemptedquestion',
        trigger=pgtrigger.compiler.Trigger(name='attempted_questions_states', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:pending,pending:marked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='4743bde7a282bee3e66cbc1a07fdb9dc7ccf7452', operation='UPDATE', pgid='pgtrigger_attempted_questions_states_52efa', table='attempted_questions', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attemptedquestion',
        trigger=pgtrigger.compiler.Trigger(name='attempted_questions_opening', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    SELECT a.student_id, a.course_id, v.maximum_marks INTO NEW.student_id, NEW.course_id, NEW.maximum_marks\n      FROM attempts a JOIN question_versions v ON v.id = NEW.version_id AND v.subject_id = a.subject_id\n     WHERE a.id = NEW.attempt_id AND a.status = 'in_progress';\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'a question joins an attempt of its subject that is in progress' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    IF app_role() IN ('learner', 'trainer') AND (NEW.state <> 'open' OR NEW.marks_awarded IS NOT NULL\n       OR NEW.confidence_score IS NOT NULL OR NEW.needs_review OR NEW.reviewed_by IS NOT NULL) THEN\n        RAISE EXCEPTION 'an answer begins without marks' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    RETURN NEW;\n", hash='6f8737b11ba4a363e29b26497f75759dce2bf997', operation='INSERT', pgid='pgtrigger_attempted_questions_opening_cb4a1', table='attempted_questions', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attemptedquestion',
        trigger=pgtrigger.compiler.Trigger(name='attempted_questions_hands', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF (NEW.attempt_id, NEW.version_id, NEW.student_id, NEW.course_id, NEW.maximum_marks, NEW.position)\n       IS DISTINCT FROM (OLD.attempt_id, OLD.version_id, OLD.student_id, OLD.course_id, OLD.maximum_marks, OLD.position) THEN\n        RAISE EXCEPTION 'an answer keeps its question' USING ERRCODE = 'check_violation';\n    END IF;\n    IF (NEW.answer, NEW.chosen, NEW.revision) IS DISTINCT FROM (OLD.answer, OLD.chosen, OLD.revision) THEN\n        IF app_role() <> 'system' AND OLD.student_id <> app_user_id() THEN\n            RAISE EXCEPTION 'an answer is its learner''s alone' USING ERRCODE = 'insufficient_privilege';\n        END IF;\n        PERFORM 1 FROM attempts WHERE id = OLD.attempt_id AND status = 'in_progress'\n            AND (deadline IS NULL OR deadline + interval '5 seconds' > clock_timestamp()) FOR SHARE;\n        IF NOT FOUND THEN\n            RAISE EXCEPTION 'an answer that was handed in stays as it is' USING ERRCODE = 'check_violation';\n        END IF;\n    END IF;\n    IF NEW.state = 'marked' AND OLD.state <> 'marked' THEN NEW.marked_at := now(); END IF;\n    IF app_role() = 'system' THEN RETURN NEW; END IF;\n    IF NEW.state <> OLD.state AND NOT (OLD.state = 'open' AND NEW.state = 'pending'\n       AND EXISTS (SELECT 1 FROM attempts WHERE id = OLD.attempt_id AND status = 'submitted')) THEN\n        RAISE EXCEPTION 'an answer is marked by the marker' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    IF (NEW.marks_awarded, NEW.marking_feedback, NEW.confidence_score, NEW.needs_review, NEW.reviewed_by, NEW.reviewed_at)\n       IS DISTINCT FROM\n       (OLD.marks_awarded, OLD.marking_feedback, OLD.confidence_score, OLD.needs_review, OLD.reviewed_by, OLD.reviewed_at) THEN\n        IF app_role() NOT IN ('trainer', 'admin') OR (OLD.student_id = app_user_id() AND app_role() <> 'admin') THEN\n            RAISE EXCEPTION 'nobody marks themselves' USING ERRCODE = 'insufficient_privilege';\n        END IF;\n        IF OLD.state <> 'marked' OR NEW.reviewed_by IS DISTINCT FROM app_user_id() THEN\n            RAISE EXCEPTION 'a review is of a marked answer, and signed' USING ERRCODE = 'insufficient_privilege';\n        END IF;\n    END IF;\n    IF app_role() <> 'admin' AND (NEW.marked_at, NEW.claimed_at, NEW.deliveries, NEW.error)\n       IS DISTINCT FROM (OLD.marked_at, OLD.claimed_at, OLD.deliveries, OLD.error) THEN\n        RAISE EXCEPTION 'how far the marker is, the marker says' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    RETURN NEW;\n", hash='ec3600523233a85929a9c1e5646c06c8aff131ba', operation='UPDATE', pgid='pgtrigger_attempted_questions_hands_47698', table='attempted_questions', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attemptedquestion',
        trigger=pgtrigger.compiler.Trigger(name='attempted_questions_marked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'marked\')', func="\n    PERFORM 1 FROM attempts WHERE id = NEW.attempt_id FOR UPDATE;\n    UPDATE attempts SET status = 'marked' WHERE id = NEW.attempt_id AND status = 'submitted'\n       AND NOT EXISTS (SELECT 1 FROM attempted_questions WHERE attempt_id = NEW.attempt_id AND state <> 'marked');\n    RETURN NULL;\n", hash='8884c51971407da98692e5da16323209ef842645', operation='UPDATE OF "state"', pgid='pgtrigger_attempted_questions_marked_4dfcb', table='attempted_questions', when='AFTER')),
    ),
    migrations.AddIndex(
        model_name='subject',
        index=accounts.indexes.Index(fields=['course'], name='idx_subjects_course'),
    ),
    migrations.AddConstraint(
        model_name='subject',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='subjects_rows', select="(course_id = ANY ((SELECT visible_courses())::uuid[])) OR (course_id IS NULL AND (SELECT app_role()) IN ('learner', 'trainer', 'admin', 'system')) OR (SELECT app_role()) IN ('admin', 'system')", update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='subject',
        trigger=pgtrigger.compiler.Trigger(name='subjects_course_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.course_id IS DISTINCT FROM OLD.course_id AND EXISTS (SELECT 1 FROM attempts WHERE subject_id = OLD.id) THEN\n        RAISE EXCEPTION 'a subject that was practised keeps its course' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='169bce8c6aa92904af2f73e29d7dc74afbaf8433', operation='UPDATE', pgid='pgtrigger_subjects_course_kept_8d306', table='subjects', when='BEFORE')),
    ),
    migrations.AddConstraint(
        model_name='schemepoint',
        constraint=models.UniqueConstraint(fields=('version', 'position'), name='mark_scheme_points_position'),
    ),
    migrations.AddConstraint(
        model_name='schemepoint',
        constraint=models.CheckConstraint(condition=models.Q(('objective__in', ['AO1', 'AO2', 'AO3'])), name='mark_scheme_points_objective_valid'),
    ),
    migrations.AddConstraint(
        model_name='schemepoint',
        constraint=models.CheckConstraint(condition=models.Q(('marks__gte', 1)), name='mark_scheme_points_marks_valid'),
    ),
    migrations.AddConstraint(
        model_name='schemepoint',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='mark_scheme_points_rows', select='subject_id = ANY ((SELECT run_subjects())::uuid[]) OR version_id = ANY ((SELECT answered_versions())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='schemepoint',
        trigger=pgtrigger.compiler.Trigger(name='mark_scheme_points_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1c4a49c35c7f945d3febe3a8022a4903551e6225', operation='UPDATE', pgid='pgtrigger_mark_scheme_points_kept_29b69', table='mark_scheme_points', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='schemepoint',
        trigger=pgtrigger.compiler.Trigger(name='mark_scheme_points_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (SELECT 1 FROM attempted_questions WHERE version_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id\n                                                                         ELSE NEW.version_id END) THEN\n        RAISE EXCEPTION 'a version that was answered keeps its scheme' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n", hash='ca9b505f8f4e0bcedc78d94d0c87c54bcf723b59', operation='INSERT OR DELETE', pgid='pgtrigger_mark_scheme_points_fixed_3aecd', table='mark_scheme_points', when='BEFORE')),
    ),
    migrations.AddConstraint(
        model_name='questionversion',
        constraint=models.UniqueConstraint(fields=('question', 'number'), name='question_versions_number'),
    ),
    migrations.AddConstraint(
        model_name='questionversion',
        constraint=models.CheckConstraint(condition=models.Q(('maximum_marks__gte', 1), ('maximum_marks__lte', 100)), name='question_versions_marks_valid'),
    ),
    migrations.AddConstraint(
        model_name='questionversion',
        constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['written', 'multiple_choice', 'true_false', 'short', 'numeric', 'matching'])), name='question_versions_kind_valid'),
    ),
    migrations.AddConstraint(
        model_name='questionversion',
        constraint=models.CheckConstraint(condition=models.Q(('text_format__in', ['markdown', 'plain'])), name='question_versions_format_valid'),
    ),
    migrations.AddConstraint(
        model_name='questionversion',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='question_versions_rows', select='subject_id = ANY ((SELECT visible_subjects())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='questionversion',
        trigger=pgtrigger.compiler.Trigger(name='question_versions_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."choices" IS DISTINCT FROM (NEW."choices") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."maximum_marks" IS DISTINCT FROM (NEW."maximum_marks") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."question_id" IS DISTINCT FROM (NEW."question_id") OR OLD."several" IS DISTINCT FROM (NEW."several") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."text_format" IS DISTINCT FROM (NEW."text_format") OR OLD."title" IS DISTINCT FROM (NEW."title"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e3ccd58c06f847a31f7274180484f9a1bc49caab', operation='UPDATE', pgid='pgtrigger_question_versions_kept_f2977', table='question_versions', when='BEFORE')),
    ),
    migrations.AddIndex(
        model_name='attempt',
        index=accounts.indexes.Index(fields=['student', '-id'], name='idx_attempts_student'),
    ),
    migrations.AddIndex(
        model_name='attempt',
        index=accounts.indexes.Index(condition=models.Q(('deadline__isnull', False), ('status', 'in_progress')), fields=['deadline'], name='idx_attempts_overdue'),
    ),
    migrations.AddIndex(
        model_name='attempt',
        index=accounts.indexes.Index(condition=models.Q(('status', 'submitted')), fields=['submitted_at'], name='idx_attempts_waiting'),
    ),
    migrations.AddConstraint(
        model_name='attempt',
        constraint=models.CheckConstraint(condition=models.Q(('status__in', ['in_progress', 'submitted', 'marked', 'abandoned'])), name='attempts_status_valid'),
    ),
    migrations.AddConstraint(
        model_name='attempt',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('deadline__isnull', False), ('mode', 'timed')), models.Q(('deadline', None), ('mode', 'untimed')), _connector='OR'), name='attempts_mode_valid'),
    ),
    migrations.AddConstraint(
        model_name='attempt',
        constraint=models.CheckConstraint(condition=models.Q(('deadline', None), ('deadline__gt', models.F('started_at')), _connector='OR'), name='attempts_deadline_later'),
    ),
    migrations.AddConstraint(
        model_name='attempt',
        constraint=models.UniqueConstraint(fields=('student', 'client_key'), name='attempts_once'),
    ),
    migrations.AddConstraint(
        model_name='attempt',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert='(student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND subject_id = ANY ((SELECT visible_subjects())::uuid[])', name='attempts_rows', select="(student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (status IN ('submitted', 'marked') AND student_id = ANY ((SELECT trained_learners())::uuid[]) AND (student_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))", update='student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())'),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attempt',
        trigger=pgtrigger.compiler.Trigger(name='attempts_states', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{in_progress:submitted,in_progress:abandoned,submitted:marked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='a0850b8b5d3b69a8bf2123342988b906fc8f9a7a', operation='UPDATE', pgid='pgtrigger_attempts_states_65188', table='attempts', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attempt',
        trigger=pgtrigger.compiler.Trigger(name='attempts_opening', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    SELECT s.course_id INTO NEW.course_id FROM subjects s WHERE s.id = NEW.subject_id;\n    IF app_role() IN ('learner', 'trainer') AND\n       (NEW.status <> 'in_progress' OR NEW.submitted_at IS NOT NULL OR NEW.marked_at IS NOT NULL) THEN\n        RAISE EXCEPTION 'an attempt begins in progress' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    RETURN NEW;\n", hash='99ab58ba9e1bb6f72b388b7ca6e83df0a3324988', operation='INSERT', pgid='pgtrigger_attempts_opening_ffd63', table='attempts', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attempt',
        trigger=pgtrigger.compiler.Trigger(name='attempts_hands', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF app_role() IN ('learner', 'trainer') AND\n       (NEW.student_id, NEW.subject_id, NEW.course_id, NEW.mode, NEW.started_at, NEW.deadline, NEW.submitted_at, NEW.marked_at)\n       IS DISTINCT FROM\n       (OLD.student_id, OLD.subject_id, OLD.course_id, OLD.mode, OLD.started_at, OLD.deadline, OLD.submitted_at, OLD.marked_at)\n    THEN\n        RAISE EXCEPTION 'an attempt keeps its rules' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    IF NEW.status <> OLD.status AND NEW.status = 'submitted' THEN\n        NEW.submitted_at := least(now(), OLD.deadline);\n    ELSIF NEW.status <> OLD.status AND NEW.status = 'marked' THEN\n        IF EXISTS (SELECT 1 FROM attempted_questions WHERE attempt_id = NEW.id AND state <> 'marked') THEN\n            RAISE EXCEPTION 'an attempt is marked once all its answers are' USING ERRCODE = 'check_violation';\n        END IF;\n        NEW.marked_at := now();\n    END IF;\n    RETURN NEW;\n", hash='aa77b45478d6abf18a4bac66e69e1c55c1bf4664', operation='UPDATE', pgid='pgtrigger_attempts_hands_3c10b', table='attempts', when='BEFORE')),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='attempt',
        trigger=pgtrigger.compiler.Trigger(name='attempts_submitted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'submitted\' AND OLD."status" = \'in_progress\')', func="\n    UPDATE attempted_questions SET state = 'pending' WHERE attempt_id = NEW.id AND state = 'open';\n    RETURN NULL;\n", hash='cfe8f59a959cb32ad569548dc17f33f48b25579d', operation='UPDATE OF "status"', pgid='pgtrigger_attempts_submitted_081dd', table='attempts', when='AFTER')),
    ),
    migrations.AddIndex(
        model_name='syllabuspoint',
        index=accounts.indexes.Index(fields=['subject', 'position'], name='idx_syllabus_points_subject'),
    ),
    migrations.AddConstraint(
        model_name='syllabuspoint',
        constraint=models.UniqueConstraint(fields=('subject', 'code'), name='syllabus_points_code'),
    ),
    migrations.AddConstraint(
        model_name='syllabuspoint',
        constraint=models.CheckConstraint(condition=models.Q(('parent', None), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='syllabus_points_not_own_parent'),
    ),
    migrations.AddConstraint(
        model_name='syllabuspoint',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='syllabus_points_rows', select='subject_id = ANY ((SELECT visible_subjects())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    migrations.AddConstraint(
        model_name='questionpoint',
        constraint=models.UniqueConstraint(fields=('question', 'point'), name='question_syllabus_points_once'),
    ),
    migrations.AddConstraint(
        model_name='questionpoint',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='question_syllabus_points_rows', select='subject_id = ANY ((SELECT visible_subjects())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    migrations.AddIndex(
        model_name='question',
        index=accounts.indexes.Index(fields=['subject', 'active'], name='idx_questions_subject'),
    ),
    migrations.AddConstraint(
        model_name='question',
        constraint=models.UniqueConstraint(fields=('subject', 'code'), name='questions_code'),
    ),
    migrations.AddConstraint(
        model_name='question',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='questions_rows', select='subject_id = ANY ((SELECT visible_subjects())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    migrations.AddConstraint(
        model_name='answerkey',
        constraint=accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='question_answer_keys_rows', select='subject_id = ANY ((SELECT run_subjects())::uuid[]) OR version_id = ANY ((SELECT answered_versions())::uuid[])', update="(SELECT app_role()) IN ('admin', 'system')"),
    ),
    pgtrigger.migrations.AddTrigger(
        model_name='answerkey',
        trigger=pgtrigger.compiler.Trigger(name='question_answer_keys_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e5f88991005ac36e5e3bf272e7da118d868cd739', operation='UPDATE', pgid='pgtrigger_question_answer_keys_kept_2fa6d', table='question_answer_keys', when='BEFORE')),
    ),
]
