import accounts.models
import accounts.policies
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from courses.address_functions import DROP_KEEPING, KEEPING


class Migration(migrations.Migration):

    dependencies = [('courses', '0007_courses_by_learner')]

    operations = [
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.UUIDField(db_default=accounts.models.Uuid7(), editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=100, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.course')),
            ],
            options={
                'db_table': 'course_former_addresses',
                'constraints': [accounts.policies.RowSecurity(delete="(SELECT app_role()) = 'system'", insert="(SELECT app_role()) = 'system'", name='course_former_addresses_rows', select='course_id = ANY ((SELECT visible_courses())::uuid[])', update="(SELECT app_role()) = 'system'")],
            },
        ),
        migrations.RunSQL(KEEPING, DROP_KEEPING),
    ]
