from django.db import migrations

# What an admin finds: switched on and waiting for its key, except for the server of one's own.
CHAT = ["text", "images", "json", "tools"]
ROWS = (
    ("OpenAI GPT-4", "openai", 10, True, {"model": "gpt-4.1", "key": "OPENAI_API_KEY", "context_length": 1000000, "capabilities": CHAT}),
    ("Claude Sonnet", "claude", 20, True, {"model": "claude-sonnet-4-5", "key": "ANTHROPIC_API_KEY", "context_length": 200000, "capabilities": CHAT}),
    ("Gemini Pro", "gemini", 30, True, {"model": "gemini-2.5-pro", "key": "GEMINI_API_KEY", "context_length": 1000000, "capabilities": CHAT}),
    ("Mistral Large", "mistral", 40, True, {"model": "mistral-large-latest", "key": "MISTRAL_API_KEY", "context_length": 128000, "capabilities": CHAT}),
    ("Ollama Llama 3.1", "ollama", 50, False, {"model": "llama3.1", "context_length": 8192, "capabilities": ["text"]}),
    ("extractive", "extractive", 1000, True, {}),
)


def add(apps, schema_editor):
    providers = apps.get_model("ai", "AIProvider").objects.using(schema_editor.connection.alias)
    for name, kind, priority, enabled, config in ROWS:
        providers.get_or_create(name=name, defaults={"type": kind, "priority": priority, "enabled": enabled, "config": config})


def remove(apps, schema_editor):
    """Rows that somebody has changed or used stay."""
    providers = apps.get_model("ai", "AIProvider").objects.using(schema_editor.connection.alias)
    for name, _kind, _priority, _enabled, config in ROWS:
        providers.filter(name=name, config=config, total_requests=0).delete()


class Migration(migrations.Migration):
    dependencies = [("ai", "0002_providers")]
    operations = [migrations.RunPython(add, remove)]
