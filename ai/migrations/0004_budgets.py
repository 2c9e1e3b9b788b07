import accounts.models
import accounts.policies
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ai.budget_functions import BUDGETS, DROP_BUDGETS


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0003_default_providers'),
        ('courses', '0001_courses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(choices=[('learner', 'Each learner'), ('course', 'A course'), ('everybody', 'All together')], max_length=20, verbose_name='for')),
                ('usd_per_day', models.DecimalField(blank=True, decimal_places=4, help_text='Empty: no bound.', max_digits=10, null=True, verbose_name='US dollars a day')),
                ('answers_per_day', models.PositiveIntegerField(blank=True, help_text='Empty: no bound.', null=True, verbose_name='answers by a model a day')),
                ('course', models.ForeignKey(blank=True, help_text='Only for a course. Empty: each course that has no row of its own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'budget',
                'verbose_name_plural': 'budgets',
                'db_table': 'ai_budgets',
                'constraints': [models.UniqueConstraint(fields=('scope', 'course'), name='ai_budgets_once', nulls_distinct=False, violation_error_message='There is a budget for this already.'), models.CheckConstraint(condition=models.Q(('scope__in', ['learner', 'course', 'everybody'])), name='ai_budgets_scope_valid'), models.CheckConstraint(condition=models.Q(('course', None), ('scope', 'course'), _connector='OR'), name='ai_budgets_course_where_due', violation_error_message='Only the budget of a course names a course.'), models.CheckConstraint(condition=models.Q(('usd_per_day__isnull', False), ('answers_per_day__isnull', False), _connector='OR'), name='ai_budgets_bound', violation_error_message='Give a number of dollars, of answers, or both.'), models.CheckConstraint(condition=models.Q(('usd_per_day', None), ('usd_per_day__gte', 0), _connector='OR'), name='ai_budgets_dollars_valid', violation_error_message='Dollars cannot be negative.'), accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) IN ('admin', 'system')", name='ai_budgets_rows', select="(SELECT app_role()) IN ('admin', 'system')", update="(SELECT app_role()) IN ('admin', 'system')")],
            },
        ),
        migrations.CreateModel(
            name='BudgetDay',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(choices=[('learner', 'Each learner'), ('course', 'A course'), ('everybody', 'All together')], max_length=20)),
                ('day', models.DateField()),
                ('answers', models.IntegerField(db_default=0)),
                ('spent', models.DecimalField(db_default=0, decimal_places=8, max_digits=16)),
                ('reserved', models.DecimalField(db_default=0, decimal_places=8, max_digits=16)),
                ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'ai_budget_days',
                'constraints': [models.UniqueConstraint(fields=('day', 'scope', 'user', 'course'), name='ai_budget_days_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('scope__in', ['learner', 'course', 'everybody'])), name='ai_budget_days_scope_valid'), accounts.policies.RowSecurity(delete="(SELECT app_role()) IN ('admin', 'system')", insert="(SELECT app_role()) = 'system'", name='ai_budget_days_rows', select="(SELECT app_role()) IN ('admin', 'system')", update="(SELECT app_role()) = 'system'")],
            },
        ),
        migrations.RunSQL(BUDGETS, DROP_BUDGETS),
    ]
