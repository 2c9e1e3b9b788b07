"""The tables of exams, for the migration that makes them."""

import accounts.indexes
import accounts.models
import accounts.policies
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='Question',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('code', models.CharField(max_length=100, verbose_name='code')),
            ('active', models.BooleanField(db_default=True, default=True, verbose_name='can be practised')),
            ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ('updated_at', models.DateTimeField(auto_now=True)),
        ],
        options={
            'verbose_name': 'question',
            'verbose_name_plural': 'questions',
            'db_table': 'questions',
            'ordering': ['code'],
        },
    ),
    migrations.CreateModel(
        name='QuestionVersion',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('number', models.IntegerField(default=1, verbose_name='version')),
            ('kind', models.CharField(choices=[('written', 'Written'), ('multiple_choice', 'Multiple choice'), ('true_false', 'True or false'), ('short', 'Short answer'), ('numeric', 'Number'), ('matching', 'Matching')], default='written', max_length=20, verbose_name='kind')),
            ('title', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='title')),
            ('text', models.TextField(verbose_name='question')),
            ('text_format', models.CharField(choices=[('markdown', 'Markdown'), ('plain', 'Plain text')], db_default='markdown', default='markdown', max_length=10, verbose_name='format')),
            ('maximum_marks', models.IntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='maximum marks')),
            ('choices', models.JSONField(blank=True, default=list, verbose_name='choices')),
            ('several', models.BooleanField(db_default=False, default=False, verbose_name='several choices can be right')),
            ('content_hash', models.CharField(db_default='', default='', editable=False, max_length=64)),
            ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='planning.question')),
        ],
        options={
            'verbose_name': 'version of a question',
            'verbose_name_plural': 'versions of questions',
            'db_table': 'question_versions',
            'ordering': ['number'],
        },
    ),
    migrations.AddField(
        model_name='question',
        name='current',
        field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='planning.questionversion', verbose_name='version'),
    ),
    migrations.CreateModel(
        name='Subject',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('code', models.CharField(max_length=50, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Letters, digits, dots, hyphens and underscores, please.')], verbose_name='code')),
            ('title', models.CharField(max_length=200, verbose_name='title')),
            ('description', models.TextField(blank=True, db_default='', default='', verbose_name='description')),
            ('active', models.BooleanField(db_default=True, default=True, verbose_name='can be practised')),
            ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ('updated_at', models.DateTimeField(auto_now=True)),
            ('course', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subjects', to='courses.course', verbose_name='course')),
        ],
        options={
            'verbose_name': 'subject',
            'verbose_name_plural': 'subjects',
            'db_table': 'subjects',
            'ordering': ['title'],
        },
    ),
    migrations.CreateModel(
        name='SchemePoint',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('position', models.IntegerField(default=0, verbose_name='position')),
            ('objective', models.CharField(choices=[('AO1', 'Knowledge'), ('AO2', 'Application'), ('AO3', 'Evaluation')], default='AO1', max_length=3, verbose_name='objective')),
            ('marks', models.IntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='marks')),
            ('text', models.TextField(verbose_name='what earns them')),
            ('alternatives', models.JSONField(blank=True, default=list, verbose_name='or, in other words')),
            ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scheme_points', to='planning.questionversion')),
            ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='planning.subject')),
        ],
        options={
            'verbose_name': 'mark scheme point',
            'verbose_name_plural': 'mark scheme points',
            'db_table': 'mark_scheme_points',
            'ordering': ['position'],
        },
    ),
    migrations.AddField(
        model_name='questionversion',
        name='subject',
        field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='planning.subject'),
    ),
    migrations.AddField(
        model_name='question',
        name='subject',
        field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='planning.subject', verbose_name='subject'),
    ),
    migrations.CreateModel(
        name='Attempt',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('mode', models.CharField(choices=[('timed', 'Timed'), ('untimed', 'Without a clock')], default='untimed', max_length=10)),
            ('status', models.CharField(choices=[('in_progress', 'In progress'), ('submitted', 'Being marked'), ('marked', 'Marked'), ('abandoned', 'Given up')], db_default='in_progress', default='in_progress', max_length=20)),
            ('selection', models.JSONField(default=dict)),
            ('client_key', models.UUIDField(null=True)),
            ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ('deadline', models.DateTimeField(null=True)),
            ('submitted_at', models.DateTimeField(null=True)),
            ('marked_at', models.DateTimeField(null=True)),
            ('course', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course')),
            ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to=settings.AUTH_USER_MODEL)),
            ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='planning.subject')),
        ],
        options={
            'verbose_name': 'attempt',
            'verbose_name_plural': 'attempts',
            'db_table': 'attempts',
        },
    ),
    migrations.CreateModel(
        name='SyllabusPoint',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('code', models.CharField(max_length=50, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Letters, digits, dots, hyphens and underscores, please.')], verbose_name='code')),
            ('title', models.CharField(max_length=300, verbose_name='title')),
            ('description', models.TextField(blank=True, db_default='', default='', verbose_name='description')),
            ('position', models.IntegerField(db_default=0, default=0, verbose_name='position')),
            ('chapter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='syllabus_points', to='courses.chapter', verbose_name='taught in')),
            ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='planning.syllabuspoint', verbose_name='part of')),
            ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='points', to='planning.subject', verbose_name='subject')),
        ],
        options={
            'verbose_name': 'syllabus point',
            'verbose_name_plural': 'syllabus points',
            'db_table': 'syllabus_points',
            'ordering': ['position', 'code'],
        },
    ),
    migrations.CreateModel(
        name='QuestionPoint',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('question', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='question_points', to='planning.question')),
            ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='planning.subject')),
            ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='question_points', to='planning.syllabuspoint', verbose_name='syllabus point')),
        ],
        options={
            'verbose_name': 'syllabus point of a question',
            'verbose_name_plural': 'syllabus points of a question',
            'db_table': 'question_syllabus_points',
        },
    ),
    migrations.AddField(
        model_name='question',
        name='points',
        field=models.ManyToManyField(related_name='questions', through='planning.QuestionPoint', to='planning.syllabuspoint'),
    ),
    migrations.CreateModel(
        name='AnswerKey',
        fields=[
            ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='answer_key', serialize=False, to='planning.questionversion')),
            ('model_answer', models.TextField(blank=True, db_default='', default='', verbose_name='model answer')),
            ('key', models.JSONField(blank=True, default=dict, verbose_name='key')),
            ('feedback', models.TextField(blank=True, db_default='', default='', verbose_name='shown to everybody afterwards')),
            ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='planning.subject')),
        ],
        options={
            'verbose_name': 'answer',
            'verbose_name_plural': 'answers',
            'db_table': 'question_answer_keys',
        },
    ),
    migrations.CreateModel(
        name='AttemptedQuestion',
        fields=[
            ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
            ('maximum_marks', models.IntegerField(default=1, editable=False)),
            ('position', models.IntegerField()),
            ('answer', models.TextField(db_default='', default='')),
            ('chosen', models.JSONField(default=list)),
            ('revision', models.IntegerField(db_default=0, default=0)),
            ('set_aside', models.BooleanField(db_default=False, default=False)),
            ('saved_at', models.DateTimeField(null=True)),
            ('state', models.CharField(choices=[('open', 'Not handed in'), ('pending', 'Being marked'), ('marked', 'Marked')], db_default='open', default='open', max_length=10)),
            ('marks_awarded', models.DecimalField(decimal_places=2, max_digits=6, null=True)),
            ('marking_feedback', models.JSONField(null=True)),
            ('confidence_score', models.IntegerField(null=True)),
            ('needs_review', models.BooleanField(db_default=False, default=False)),
            ('reviewed_at', models.DateTimeField(null=True)),
            ('marked_at', models.DateTimeField(null=True)),
            ('claimed_at', models.DateTimeField(null=True)),
            ('deliveries', models.IntegerField(db_default=0, default=0)),
            ('error', models.TextField(db_default='', default='')),
            ('attempt', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='planning.attempt')),
            ('course', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course')),
            ('reviewed_by', models.ForeignKey(db_column='reviewed_by', db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to=settings.AUTH_USER_MODEL)),
            ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='planning.questionversion')),
        ],
        options={
            'verbose_name': 'answer',
            'verbose_name_plural': 'answers',
            'db_table': 'attempted_questions',
            'ordering': ['position'],
            'indexes': [accounts.indexes.Index(fields=['student', 'version'], name='idx_attempted_questions_student'), accounts.indexes.Index(condition=models.Q(('state', 'pending')), fields=['id'], name='idx_attempted_questions_pending'), accounts.indexes.Index(condition=models.Q(('needs_review', True)), fields=['course', 'id'], name='idx_attempted_questions_review')],
            'constraints': [models.CheckConstraint(condition=models.Q(('confidence_score', None), models.Q(('confidence_score__gte', 0), ('confidence_score__lte', 100)), _connector='OR'), name='valid_confidence_score'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'pending', 'marked'])), name='attempted_questions_state_valid'), models.CheckConstraint(condition=models.Q(('marks_awarded', None), models.Q(('marks_awarded__gte', 0), ('marks_awarded__lte', models.F('maximum_marks'))), _connector='OR'), name='attempted_questions_marks_valid'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'marked'), _negated=True), models.Q(('marking_feedback__isnull', False), ('marks_awarded__isnull', False)), _connector='OR'), name='attempted_questions_marked_has_marks'), models.UniqueConstraint(fields=('attempt', 'position'), name='attempted_questions_position'), models.UniqueConstraint(fields=('attempt', 'version'), name='attempted_questions_once'), accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert='(student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) AND EXISTS (SELECT 1 FROM attempts a WHERE a.id = attempt_id AND a.student_id = attempted_questions.student_id)', name='attempted_questions_rows', select="(student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (state <> 'open' AND student_id = ANY ((SELECT trained_learners())::uuid[]) AND (student_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))", update="(student_id BETWEEN (SELECT visible_from()) AND (SELECT visible_to())) OR (state <> 'open' AND student_id = ANY ((SELECT trained_learners())::uuid[]) AND (student_id, course_id) IN (SELECT learner_id, course_id FROM trained_pairs()))")],
        },
    ),
]
