import accounts.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0006_variants_compared'),
        ('coach', '0007_figures_noted'),
        ('courses', '0001_courses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='response',
            name='prompt_variant',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ai.promptvariant'),
        ),
        migrations.AddIndex(
            model_name='response',
            index=accounts.indexes.Index(condition=models.Q(('prompt_variant__isnull', False)), fields=['prompt_variant', 'created_at'], name='idx_ai_coach_responses_variant'),
        ),
    ]
