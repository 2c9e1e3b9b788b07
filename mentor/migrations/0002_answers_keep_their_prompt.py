import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0006_variants_compared'),
        ('mentor', '0001_mentor_chats'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='chat',
            name='ai_mentor_chats_hands',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chat',
            trigger=pgtrigger.compiler.Trigger(name='ai_mentor_chats_hands', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF app_role() IN ('learner', 'trainer') AND\n       (NEW.user_id, NEW.conversation_id, NEW.question, NEW.response, NEW.model, NEW.tokens_used, NEW.cost_usd, NEW.label,\n        NEW.provider, NEW.confidence, NEW.reference_locations, NEW.evidence, NEW.question_hash, NEW.created_at,\n        NEW.prompt_version, NEW.prompt_variant_id)\n       IS DISTINCT FROM\n       (OLD.user_id, OLD.conversation_id, OLD.question, OLD.response, OLD.model, OLD.tokens_used, OLD.cost_usd, OLD.label,\n        OLD.provider, OLD.confidence, OLD.reference_locations, OLD.evidence, OLD.question_hash, OLD.created_at,\n        OLD.prompt_version, OLD.prompt_variant_id) THEN\n        RAISE EXCEPTION 'an answer is not its reader''s to change' USING ERRCODE = 'insufficient_privilege';\n    END IF;\n    RETURN NEW;\n", hash='43672d4bcd444c2f68049d36cd62b9a33743e81e', operation='UPDATE', pgid='pgtrigger_ai_mentor_chats_hands_9d88c', table='ai_mentor_chats', when='BEFORE')),
        ),
    ]
